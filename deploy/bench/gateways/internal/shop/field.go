package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// service is the value of _service.
type service struct{ sdl string }

// typeOf names an entity's type; "" is that of null.
func typeOf(of any) string {
	switch o := of.(type) {
	case *user:
		if o != nil {
			return "User"
		}
	case *product:
		if o != nil {
			return "Product"
		}
	case *review:
		if o != nil {
			return "Review"
		}
	}
	return ""
}

// field resolves a field of an object: of an entity, of _service, or of the root.
func (e *execution) field(typename string, of any, f *ast.Field) (any, error) {
	if f.Name == "__typename" {
		return typename, nil
	}
	switch o := of.(type) {
	case nil:
		return e.root(f)
	case service:
		return o.sdl, nil
	case entity:
		switch value := o.of.(type) {
		case *user:
			return e.user(o, value, f.Name)
		case *product:
			return e.product(o, value, f.Name)
		case *review:
			return e.review(value, f.Name)
		}
	}
	return nil, errors.New("it is not known")
}

func (e *execution) root(f *ast.Field) (any, error) {
	arguments := f.ArgumentMap(e.variables)
	switch f.Name {
	case "me":
		return entity{of: e.shop.users[0]}, nil
	case "user":
		return entity{of: e.shop.user(fmt.Sprint(arguments["id"]))}, nil
	case "users":
		return entities(e.shop.users), nil
	case "topProducts":
		first, err := strconv.Atoi(fmt.Sprint(arguments["first"]))
		if err != nil || first < 0 {
			return nil, fmt.Errorf("first: %v is no number of products", arguments["first"])
		}
		return entities(e.shop.products[:min(first, len(e.shop.products))]), nil
	case "_service":
		return service{e.sdl}, nil
	case "_entities":
		return e.entities(arguments["representations"])
	}
	return nil, errors.New("it is not known")
}

// entities finds what representations stand for.
func (e *execution) entities(representations any) (any, error) {
	list, _ := representations.([]any)
	found := make([]entity, len(list))
	for i, item := range list {
		given, _ := item.(map[string]any)
		found[i].given = given
		switch given["__typename"] {
		case "User":
			found[i].of = e.shop.user(fmt.Sprint(given["id"]))
		case "Product":
			found[i].of = e.shop.product(fmt.Sprint(given["upc"]))
		case "Review":
			found[i].of = e.shop.review(fmt.Sprint(given["id"]))
		default:
			return nil, fmt.Errorf("representation %d has no __typename of an entity: %v", i, item)
		}
	}
	return found, nil
}

func (e *execution) user(o entity, u *user, field string) (any, error) {
	switch field {
	case "id":
		return u.id, nil
	case "username":
		if e.name == "reviews" && !o.provided {
			return nil, errors.New("it is external here, and not provided at this place")
		}
		return u.username, nil
	case "name":
		return u.name, nil
	case "reviews":
		return entities(e.shop.byUser()), nil
	}
	return nil, errors.New("it is not known")
}

func (e *execution) product(o entity, p *product, field string) (any, error) {
	switch field {
	case "upc":
		return p.upc, nil
	case "name":
		return p.name, nil
	case "price":
		return p.price, nil
	case "weight":
		return p.weight, nil
	case "inStock":
		return p.inStock, nil
	case "shippingEstimate":
		if e.name == "" {
			return estimate(p.price, p.weight), nil
		}
		price, err := integer(o.given, "price")
		if err != nil {
			return nil, err
		}
		weight, err := integer(o.given, "weight")
		if err != nil {
			return nil, err
		}
		return estimate(price, weight), nil
	case "reviews":
		return entities(e.shop.byProduct(p)), nil
	}
	return nil, errors.New("it is not known")
}

func (e *execution) review(r *review, field string) (any, error) {
	switch field {
	case "id":
		return r.id, nil
	case "body":
		return r.body, nil
	case "author":
		return entity{of: r.author, provided: true}, nil
	case "product":
		return entity{of: r.product}, nil
	}
	return nil, errors.New("it is not known")
}

func entities[T any](list []T) []entity {
	out := make([]entity, len(list))
	for i, of := range list {
		out[i] = entity{of: of}
	}
	return out
}

// estimate is free of charge for what is expensive.
func estimate(price, weight int) int {
	if price > 1000 {
		return 0
	}
	return weight / 2
}

// integer is a number that a representation has to bring.
func integer(given map[string]any, name string) (int, error) {
	number, _ := given[name].(json.Number)
	n, err := strconv.Atoi(number.String())
	if err != nil {
		return 0, fmt.Errorf("the representation has no %s: %v", name, given)
	}
	return n, nil
}
