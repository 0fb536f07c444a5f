package supergraph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/supergraph"
)

func readOld(t *testing.T, name string) *supergraph.Supergraph {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := supergraph.Parse(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseReadsSupergraphsOfFederation1(t *testing.T) {
	t.Parallel()
	s := readOld(t, "join_v0_1.graphqls")
	want := strings.TrimSpace(`
Query in ACCOUNTS INVENTORY PRODUCTS REVIEWS
  Query.me ACCOUNTS:User | Query.topProducts PRODUCTS:[Product] | Query.search PRODUCTS:[Found!]
Mutation in REVIEWS
  Mutation.review REVIEWS:Review
User in ACCOUNTS key(id) REVIEWS key(id)
  User.id ACCOUNTS:ID! REVIEWS:ID! | User.name ACCOUNTS:Name | User.username ACCOUNTS:String REVIEWS:String external | User.reviews REVIEWS:[Review] | User.secret ACCOUNTS:Int
Product in INVENTORY key(upc) PRODUCTS key(upc) key(sku maker { id }) REVIEWS key(sku maker { id })
  Product.upc INVENTORY:String! PRODUCTS:String! | Product.sku PRODUCTS:String! REVIEWS:String! | Product.maker PRODUCTS:Maker! REVIEWS:Maker! | Product.price INVENTORY:Int external PRODUCTS:Int | Product.weight INVENTORY:Int external PRODUCTS:Int | Product.inStock INVENTORY:Boolean | Product.shipping INVENTORY:Int requires(price weight) | Product.reviews REVIEWS:[Review]
Review in REVIEWS key(id)
  Review.id REVIEWS:ID! | Review.body REVIEWS:String | Review.author REVIEWS:User provides(username) | Review.product REVIEWS:Product
Thing in
  Thing.price
Gift in PRODUCTS
  Gift.price PRODUCTS:Int | Gift.note PRODUCTS:Name
Maker in PRODUCTS REVIEWS
  Maker.id PRODUCTS:ID! REVIEWS:ID! | Maker.country PRODUCTS:String REVIEWS:String
Name in ACCOUNTS PRODUCTS
  Name.first ACCOUNTS:String PRODUCTS:String | Name.last ACCOUNTS:String PRODUCTS:String
Found in PRODUCTS{Product Gift}
Lost in
  Lost.a
	`)
	if diff := cmp.Diff(want, strings.TrimSpace(describe(s))); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"core__Purpose", "join__Graph", "join__FieldSet"} {
		if s.Schema.Types[name] != nil || s.API.Types[name] != nil {
			t.Errorf("type %s is left", name)
		}
	}
	for _, name := range []string{"core", "join__owner", "join__type"} {
		if s.Schema.Directives[name] != nil {
			t.Errorf("directive @%s is left", name)
		}
	}
	if s.API.Types["User"].Fields.ForName("secret") != nil || s.Schema.Types["User"].Fields.ForName("secret") == nil {
		t.Error("what is @inaccessible must be in Schema alone")
	}
}

func TestParseReadsMembersThatJoinV02DoesNotSay(t *testing.T) {
	t.Parallel()
	want := strings.TrimSpace(`
Query in A B
  Query.all A:[U] | Query.some B:[U]
U in A{T S} B{T}
I in A
  I.x A:Int
T in A<I> key(id) B key(id)
  T.id A:ID! B:ID! | T.x A:Int B:Int external | T.y B:Int requires(x)
S in A
  S.s A:Int
	`)
	if diff := cmp.Diff(want, strings.TrimSpace(describe(readOld(t, "join_v0_2.graphqls")))); diff != "" {
		t.Error(diff)
	}
}

// ownedHead is the head of a supergraph of federation 1 with the subgraphs a and b.
const ownedHead = `schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
`

func TestParseRefusesBrokenSupergraphsOfFederation1(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"a root field that nobody resolves", `type Query { a: Int }`, `x:3:14: INVALID_FEDERATION_SUPERGRAPH: field "Query.a" has no @join__field(graph:): it is not known who resolves it`},
		{"unknown graphs", `type Query { a: T @join__field(graph: A) } type T @join__owner(graph: C) @join__type(graph: A, key: "id") { id: ID @join__field(graph: A) }`, "x:3:52: INVALID_FEDERATION_SUPERGRAPH: @join__owner(graph: C): join__Graph has no such value"},
		{"fields outside of their type", `type Query { a: T @join__field(graph: A) } type T @join__owner(graph: A) @join__type(graph: A, key: "id") { id: ID x: Int @join__field(graph: B) }`, `x:3:124: INVALID_FEDERATION_SUPERGRAPH: field "T.x" is resolved by B, which has no @join__type on the type`},
		{"malformed keys", `type Query { a: T @join__field(graph: A) } type T @join__owner(graph: A) @join__type(graph: A, key: "id {") { id: ID }`, `x:3:75: INVALID_FEDERATION_SUPERGRAPH: @join__type(key:): field set "id {": expected at least one definition, found }`},
		{"a root field without graph", `type Query { a: Int @join__field(requires: "b") b: Int @join__field(graph: A) }`, "x:3:22: INVALID_FEDERATION_SUPERGRAPH: @join__field needs the argument `graph`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Parse("x", ownedHead+tt.body)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestContractRefusesSupergraphsOfFederation1(t *testing.T) {
	t.Parallel()
	_, err := supergraph.Contract("x", ownedHead+`type Query { a: Int @join__field(graph: A) }`, supergraph.ContractFilter{Exclude: []string{"t"}})
	if want := "x:1:9: UNSUPPORTED_FEATURE: a contract of a supergraph of federation 1 (@core): compose it with federation 2"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
