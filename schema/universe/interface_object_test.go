package universe

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// library is a universe in which catalog has the types of Media, and reviews has
// it as an interface object.
func library() Universe {
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@interfaceObject"])` + "\n"
	u := Universe{Seed: 3}
	u.add("catalog", head+`
type Query { media: [Media!]! }
interface Media @key(fields: "id") { id: ID! title: String! }
type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! rating: Int! @external blurb: String! @requires(fields: "rating") }
type Film implements Media @key(fields: "id") { id: ID! title: String! size: Float! @shareable }`)
	u.add("reviews", head+`
type Query { best: Media! all: [Media!]! offer: Media! @provides(fields: "title") }
type Media @interfaceObject @key(fields: "id") {
  id: ID! title: String! @external rating: Int! label: String! @requires(fields: "title") next: Media! others: [[Media!]!]! size: Float! @shareable
}`)
	return u
}

const libraryAPI = `type Query { media: [Media!]! best: Media! all: [Media!]! offer: Media! }
interface Media { id: ID! title: String! rating: Int! label: String! next: Media! others: [[Media!]!]! size: Float! }
type Book implements Media { id: ID! title: String! rating: Int! label: String! next: Media! others: [[Media!]!]! size: Float! pages: Int! blurb: String! }
type Film implements Media { id: ID! title: String! rating: Int! label: String! next: Media! others: [[Media!]!]! size: Float! }`

// libraryMedia is one of the library's objects as the monolith knows it.
type libraryMedia struct {
	Typename            string `json:"__typename"`
	ID, Title, Label    string
	Rating, Pages       int
	Blurb               string
	Size                float64
	Next                struct{ ID, Typename string }
	Others              [][]struct{ ID, Typename string }
	representation, own map[string]any
}

// libraryObjects are those that the root fields of the library's subgraphs return.
func libraryObjects(t *testing.T, u Universe) (list []libraryMedia) {
	t.Helper()
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: libraryAPI})
	monolith, err := u.Monolith(api)
	if err != nil {
		t.Fatal(err)
	}
	data, errs := monolith.Execute(Operation{Query: `{ media { ...M } all { ...M } best { ...M } offer { ...M } }
		fragment M on Media { __typename id title rating label size next { id typename: __typename } others { id typename: __typename } ... on Book { pages blurb } }`})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var answer struct {
		Media, All  []libraryMedia
		Best, Offer libraryMedia
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	for _, m := range append(slices.Concat(answer.Media, answer.All), answer.Best, answer.Offer) {
		m.representation = map[string]any{"__typename": "Media", "id": m.ID}
		m.own = map[string]any{"__typename": m.Typename, "id": m.ID}
		list = append(list, m)
	}
	return list
}

// having is a copy of a representation with one other value.
func having(representation map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for n, v := range representation {
		if n != name {
			out[n] = v
		}
	}
	return out
}

func TestInterfaceObjectsAnswerAsTheMonolith(t *testing.T) {
	t.Parallel()
	u := library()
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	catalog, reviews := handlers[0], handlers[1]
	types := map[string]bool{}
	for _, m := range libraryObjects(t, u) {
		types[m.Typename] = true
		others := make([][]string, len(m.Others))
		for i, list := range m.Others {
			others[i] = make([]string, len(list))
			for k, other := range list {
				others[i][k] = other.ID
			}
		}
		for _, c := range []struct {
			handler        *Handler
			select_        string
			representation map[string]any
			want           string // what the entity is, or an error
		}{
			{catalog, `... on Media { __typename title }`, m.representation, fmt.Sprintf(`{"__typename":%q,"title":%q}`, m.Typename, m.Title)},
			{catalog, `... on Book { pages } ... on Film { is: __typename }`, m.representation, map[string]string{"Book": fmt.Sprintf(`{"pages":%d}`, m.Pages), "Film": `{"is":"Film"}`}[m.Typename]},
			{catalog, `... on Media { title }`, m.own, fmt.Sprintf(`{"title":%q}`, m.Title)},
			{catalog, `... on Media { title }`, having(m.representation, "__typename", map[string]string{"Book": "Film", "Film": "Book"}[m.Typename]), "has the key"},
			{reviews, `... on Media { __typename rating size next { id } }`, m.representation, fmt.Sprintf(`{"__typename":"Media","rating":%d,"size":%s,"next":{"id":%q}}`, m.Rating, canonicalJSON(m.Size), m.Next.ID)},
			{reviews, `... on Media { rating }`, m.own, "has no entity type"},
			{reviews, `... on Media { label }`, having(m.representation, "title", m.Title), fmt.Sprintf(`{"label":%q}`, m.Label)},
			{reviews, `... on Media { label }`, m.representation, "lacks an input: title"},
			{reviews, `... on Media { title }`, m.representation, ".title is external"},
			{reviews, `... on Media { rating }`, having(m.representation, "id", "id:none"), "has the key"},
			{reviews, `... on Media { rating }`, map[string]any{"__typename": "Media", "title": m.Title}, "holds no key"},
		} {
			got := ask(t, c.handler, `query($r: [_Any!]!) { _entities(representations: $r) { `+c.select_+` } }`, map[string]any{"r": []any{c.representation}})
			if !strings.Contains(got, c.want) || strings.Contains(got, "errors") != !strings.HasPrefix(c.want, "{") {
				t.Errorf("%s %v\n got %s\nwant %s", c.select_, c.representation, got, c.want)
			}
		}
		var label struct {
			Data struct {
				Entities []struct{ Label string } `json:"_entities"`
			}
		}
		wrong := ask(t, reviews, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Media { label } } }`, map[string]any{"r": []any{having(m.representation, "title", "wrong")}})
		if err := json.Unmarshal([]byte(wrong), &label); err != nil || label.Data.Entities[0].Label == m.Label {
			t.Errorf("a wrong title gives the right label: %s (%v)", wrong, err)
		}
		if m.Typename == "Book" {
			right := ask(t, catalog, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Book { blurb } } }`, map[string]any{"r": []any{having(m.own, "rating", m.Rating)}})
			if want := fmt.Sprintf(`{"blurb":%q}`, m.Blurb); !strings.Contains(right, want) {
				t.Errorf("got %s, want %s", right, want)
			}
		}
	}
	if !types["Book"] || !types["Film"] {
		t.Errorf("the root fields return objects of %v only", types)
	}
}

func TestInterfaceObjectsAreOfTheTypeThatTheMonolithSays(t *testing.T) {
	t.Parallel()
	u := library()
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	objects := libraryObjects(t, u)
	best, offer := objects[len(objects)-2], objects[len(objects)-1]
	want := fmt.Sprintf(`{"data":{"best":{"__typename":"Media","id":%q},"offer":{"title":%q}}}`, best.ID, offer.Title)
	if got := ask(t, handlers[1], `{ best { __typename id } offer { title } }`, nil); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := ask(t, handlers[1], `{ best { ... on Book { id } } }`, nil); !strings.Contains(got, "Unknown type") {
		t.Errorf("reviews knows the type Book: %s", got)
	}
}

func TestKeysOfObjectsBehindInterfaceObjectsAreRefused(t *testing.T) {
	t.Parallel()
	u := library()
	u.add("loans", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Loan @key(fields: "book { id }") { book: Book! }
type Book @key(fields: "id") { id: ID! }`)
	if _, err := u.Serve(); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "Loan.book") {
		t.Errorf("got %v, want that Loan.book is refused", err)
	}
}
