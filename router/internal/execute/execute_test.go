package execute_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
)

const shopSDL = `
type Query { users: [User] top: Product first(n: Int): User! }
type User { id: ID! name: String! age: Int reviews: [Review!]! }
type Review { id: ID! body: String product: Product! author: User }
type Product { upc: ID! name: String price: Int color: Color shipping: Int }
enum Color { RED GREEN HIDDEN }
`

// crossing is users with their reviews with their products: three subgraphs, the
// products of two positions in one lookup.
//
//	0 root   1 users.@   2 users.@.reviews.@   3 users.@.reviews.@.product   4 top
func crossing() *plan.Plan {
	return &plan.Plan{
		Fetches: []*plan.Fetch{
			{Subgraph: 0, Text: "{users{id name}}", Selections: []plan.Selection{
				object("users", "[User]", []int{1}, leaf("id", "ID!"), leaf("name", "String!")),
			}},
			{Subgraph: 1, Text: "{top{upc}}", Selections: []plan.Selection{
				object("top", "Product", []int{4}, leaf("upc", "ID!")),
			}},
			{
				Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Name: "Op",
				Text: "query Op($representations:[_Any!]!){_entities(representations:$representations){...on User{reviews{body product{upc}}}}}",
				Entities: []plan.Entities{{
					Key: "_entities", Variable: "representations",
					Targets: []plan.Target{{Position: 1, Representations: []plan.Representation{
						{Typename: "User", Fields: []plan.RepresentationField{key("id", 0)}},
					}}},
					Selections: []plan.Selection{object("reviews", "[Review!]!", []int{2},
						leaf("body", "String"), object("product", "Product!", []int{3}, leaf("upc", "ID!")))},
				}},
			},
			{
				Kind: plan.EntityFetch, Subgraph: 2, DependsOn: []int{1, 2},
				Text: "query($r:[_Any!]!){_entities(representations:$r){...on Product{name price}}}",
				Entities: []plan.Entities{{
					Key: "_entities", Variable: "r",
					Targets: []plan.Target{
						{Position: 4, Representations: []plan.Representation{
							{Typename: "Product", Fields: []plan.RepresentationField{key("upc", 1)}},
						}},
						{Position: 3, Representations: []plan.Representation{
							{Typename: "Product", Fields: []plan.RepresentationField{key("upc", 2)}},
						}},
					},
					Selections: []plan.Selection{leaf("name", "String"), leaf("price", "Int")},
				}},
			},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0, 1}, Fields: []plan.Field{shows("users", "[User]", 0, 1), shows("top", "Product", 1, 4)}},
			{Type: "User", Path: []string{"users", "@"}, Sources: []int{0}, Fields: []plan.Field{
				shows("name", "String!", 0, plan.NoPosition), shows("reviews", "[Review!]!", 2, 2),
			}},
			{Type: "Review", Path: []string{"users", "@", "reviews", "@"}, Sources: []int{2}, Fields: []plan.Field{
				shows("body", "String", 2, plan.NoPosition), shows("product", "Product!", 2, 3),
			}},
			{Type: "Product", Path: []string{"users", "@", "reviews", "@", "product"}, Sources: []int{2}, Fields: []plan.Field{
				shows("upc", "ID!", 2, plan.NoPosition), shows("name", "String", 3, plan.NoPosition),
			}},
			{Type: "Product", Path: []string{"top"}, Sources: []int{1}, Fields: []plan.Field{
				shows("name", "String", 3, plan.NoPosition), shows("price", "Int", 3, plan.NoPosition),
			}},
		},
	}
}

func TestExecute_joins_subgraphs(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	for range 3 { // the second and third time in used memory
		f := &fake{answers: map[int]string{
			0: `{"data":{"users":[{"id":"1","name":"Ada"},null,{"name":"Bob","x":[{}],"id":2},{"id":"1","name":"Ada again"}]}}`,
			1: `{"data":{"top":{"upc":"p1"}}}`,
			2: `{"data":{"_entities":[{"reviews":[{"body":"good","product":{"upc":"p1"}},{"body":null,"product":{"upc":"p2"}}]},{"reviews":[]}]}}`,
			3: `{"data":{"_entities":[{"name":"Table","price":10},{"price":null,"name":"Chair"}]}}`,
		}}
		got, sent := run(t, program, f, execute.Input{})
		want := `{"data":{"users":[` +
			`{"name":"Ada","reviews":[{"body":"good","product":{"upc":"p1","name":"Table"}},{"body":null,"product":{"upc":"p2","name":"Chair"}}]},null,` +
			`{"name":"Bob","reviews":[]},` +
			`{"name":"Ada again","reviews":[{"body":"good","product":{"upc":"p1","name":"Table"}},{"body":null,"product":{"upc":"p2","name":"Chair"}}]}],` +
			`"top":{"name":"Table","price":10}}}`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("response (-want +got):\n%s\nsent %v", diff, sent)
		}
	}
}
