package shop

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

type user struct{ id, username, name string }

type product struct {
	upc, name     string
	price, weight int
	inStock       bool
}

type review struct {
	id, body string
	author   *user
	product  *product
}

// shop is the data. It is immutable.
type shop struct {
	users    []*user
	products []*product
	reviews  []*review
}

//go:embed bodies.txt
var bodies string

func newShop() *shop {
	s := &shop{
		users: []*user{
			{"1", "urigo", "Uri Goldshtein"},
			{"2", "dotansimha", "Dotan Simha"},
			{"3", "kamilkisiela", "Kamil Kisiela"},
			{"4", "ardatan", "Arda Tanrikulu"},
			{"5", "gilgardosh", "Gil Gardosh"},
			{"6", "laurin", "Laurin Quast"},
		},
		products: []*product{
			{"1", "Table", 899, 100, true},
			{"2", "Couch", 1299, 1000, false},
			{"3", "Glass", 15, 20, false},
			{"4", "Chair", 499, 100, false},
			{"5", "TV", 1299, 1000, true},
		},
	}
	texts := strings.Split(strings.TrimSpace(bodies), "\n")
	for i, place := range []struct{ product, body int }{
		{0, 0}, {0, 1}, {0, 2}, {0, 3}, {1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 3}, {3, 3}, {3, 4},
	} {
		s.reviews = append(s.reviews, &review{
			id: strconv.Itoa(i + 1), body: texts[place.body], author: s.users[0], product: s.products[place.product],
		})
	}
	return s
}

// byUser are the reviews that the public benchmark lists for every user: the
// same two.
func (s *shop) byUser() []*review { return s.reviews[:2] }

func (s *shop) byProduct(p *product) []*review {
	return slices.DeleteFunc(slices.Clone(s.reviews), func(r *review) bool { return r.product != p })
}

func (s *shop) user(id string) *user {
	i := slices.IndexFunc(s.users, func(u *user) bool { return u.id == id })
	if i < 0 {
		return nil
	}
	return s.users[i]
}

func (s *shop) product(upc string) *product {
	i := slices.IndexFunc(s.products, func(p *product) bool { return p.upc == upc })
	if i < 0 {
		return nil
	}
	return s.products[i]
}

func (s *shop) review(id string) *review {
	i := slices.IndexFunc(s.reviews, func(r *review) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return s.reviews[i]
}
