package universe

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// shop is a universe in which stock computes a field from price, and shelf's
// names have moved to names.
func shop() Universe {
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@provides", "@override", "@shareable"])` + "\n"
	u := Universe{Seed: 3}
	u.add("shelf", head+`
type Query { item: Item! offer: Item! @provides(fields: "size") item2: Item! }
type Item @key(fields: "id") @key(fields: "place { row }") { id: ID! place: Place! price: Int! name: String! size: Int @external }
type Place { row: ID! @shareable }`)
	u.add("stock", head+`
type Item @key(fields: "id") @key(fields: "place { row }") { id: ID! place: Place! price: Int! @external fee: String! @requires(fields: "price") size: Int! @shareable name: String! @override(from: "shelf") }
type Place { row: ID! @shareable }`)
	return u
}

const shopAPI = `type Query { item: Item! offer: Item! item2: Item! } type Item { id: ID! place: Place! price: Int! name: String! size: Int fee: String! } type Place { row: ID! }`

type shopItem struct {
	ID    string `json:"id"`
	Place any    `json:"place"`
	Price int    `json:"price"`
	Name  string `json:"name"`
	Fee   string `json:"fee"`
	Size  int    `json:"size"`
}

// bought is the shop's item as the monolith knows it, under a root field.
func bought(t *testing.T, u Universe, root string) (item shopItem) {
	t.Helper()
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: shopAPI})
	monolith, err := u.Monolith(api)
	if err != nil {
		t.Fatal(err)
	}
	data, errs := monolith.Execute(Operation{Query: "{ it: " + root + " { id place { row } price name fee size } }"})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var answer struct{ It shopItem }
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.It
}

func TestSubgraphsAnswerAsTheMonolith(t *testing.T) {
	t.Parallel()
	u := shop()
	item := bought(t, u, "item")
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	const entity = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Item { `
	representation := func(fields map[string]any) map[string]any {
		fields["__typename"] = "Item"
		return map[string]any{"r": []any{fields}}
	}
	for _, c := range []struct {
		name      string
		handler   *Handler
		query     string
		variables map[string]any
		want      string // part of the answer
		wrong     bool   // want must not be part of it
	}{
		{"its own field", handlers[0], `{ item { id } }`, nil, item.ID, false},
		{"by the key", handlers[1], entity + "name } } }", representation(map[string]any{"id": item.ID}), item.Name, false},
		{"by the nested key", handlers[1], entity + "name } } }", representation(map[string]any{"place": item.Place}), item.Name, false},
		{"by both keys", handlers[1], entity + "name } } }", representation(map[string]any{"place": item.Place, "id": item.ID}), item.Name, false},
		{"by keys of two entities", handlers[1], entity + "name } } }", representation(map[string]any{"place": item.Place, "id": "id:77"}), "two entities", false},
		{"by no key", handlers[1], entity + "name } } }", representation(map[string]any{"price": 1}), "holds no key", false},
		{"with the right input", handlers[1], entity + "fee } } }", representation(map[string]any{"id": item.ID, "price": item.Price}), item.Fee, false},
		{"with a wrong input", handlers[1], entity + "fee } } }", representation(map[string]any{"id": item.ID, "price": item.Price + 1}), item.Fee, true},
		{"without the input", handlers[1], entity + "fee } } }", representation(map[string]any{"id": item.ID}), "lacks an input: price", false},
		{"an external field", handlers[1], entity + "price } } }", representation(map[string]any{"id": item.ID}), "Item.price is external", false},
		{"an external field that is not provided here", handlers[0], `{ item { size } }`, nil, "Item.size is external", false},
		{"a field that another one overrides", handlers[0], `{ item { name } }`, nil, "Item.name is overridden", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, c.handler, c.query, c.variables); strings.Contains(got, c.want) == c.wrong {
				t.Errorf("got %s, want %q in it: %t", got, c.want, !c.wrong)
			}
		})
	}
}

func TestProvidedFieldsHaveTheirValue(t *testing.T) {
	t.Parallel()
	u := shop()
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Data struct{ Offer struct{ Size int } }
	}
	if err := json.Unmarshal([]byte(ask(t, handlers[0], `{ offer { size } }`, nil)), &got); err != nil {
		t.Fatal(err)
	}
	if want := bought(t, u, "offer").Size; got.Data.Offer.Size != want {
		t.Errorf("got %d, want %d", got.Data.Offer.Size, want)
	}
}

func TestRandomOperationsAreValidAndRepeat(t *testing.T) {
	t.Parallel()
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: `
type Query { pets(first: Int!, filter: Filter): [Pet!] node(id: ID): Node }
interface Node { id: ID! }
union Pet = Cat | Dog
type Cat implements Node { id: ID! friend: Pet mood(at: Time = NOON): String }
type Dog implements Node { id: ID! friend: Pet! tricks: [[String]] }
input Filter { name: String = "x" deep: Filter count: Int! }
enum Time { NOON NIGHT }`})
	trivial := 0
	for seed := range uint64(300) {
		o := RandomOperation(seed, api)
		if diff := cmp.Diff(o, RandomOperation(seed, api)); diff != "" {
			t.Fatalf("seed %d gives two operations:\n%s", seed, diff)
		}
		if o.Query == "{ __typename }" {
			trivial++
		}
	}
	if trivial > 30 {
		t.Errorf("%d of 300 operations are trivial", trivial)
	}
}
