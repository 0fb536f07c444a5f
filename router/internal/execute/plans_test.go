package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
)

// check executes a program and compares the response and what was sent.
func check(t *testing.T, program *execute.Program, f *fake, input execute.Input, want string, sent map[int]string) {
	t.Helper()
	body, got := run(t, program, f, input)
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	if sent != nil {
		if diff := cmp.Diff(sent, got); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	}
}

func TestExecute_sends_what_the_plan_says(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f := &fake{otherwise: shop, answers: map[int]string{
		0: `{"data":{"users":[{"name":"Ada","id":"\u0031"},{"id":"1","name":"x"},{"id":7,"name":"y"},{"id":"1","name":"z"}]}}`,
		2: `{"data":{"_entities":[{"reviews":[]},{"reviews":[{"product":{"upc":"p2"}}]},{"reviews":[]}]}}`,
	}}
	_, sent := run(t, program, f, execute.Input{})
	want := map[int]string{
		0: `{"query":"{users{id name}}"}`,
		1: `{"query":"{top{upc}}"}`,
		2: `{"query":"query Op($representations:[_Any!]!){_entities(representations:$representations){...on User{reviews{body product{upc}}}}}","operationName":"Op",` +
			`"variables":{"representations":[{"__typename":"User","id":"\u0031"},{"__typename":"User","id":"1"},{"__typename":"User","id":7}]}}`,
		3: `{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Product{name price}}}",` +
			`"variables":{"r":[{"__typename":"Product","upc":"p1"},{"__typename":"Product","upc":"p2"}]}}`,
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestExecute_passes_variables_on(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Fetches: []*plan.Fetch{{Text: "query Q($a:Int$b:Int){first(n:$a){name}}", Name: "Q", Variables: []string{"a", "b", "c"}, Selections: []plan.Selection{
			object("first", "User!", []int{1}, leaf("name", "String!")),
		}}},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("first", "User!", 0, 1)}},
			{Type: "User", Sources: []int{0}, Fields: []plan.Field{shows("name", "String!", 0, plan.NoPosition)}},
		},
	}
	program := compile(t, p, graphOf(t, shopSDL, " HIDDEN", "users"))
	for variables, want := range map[string]string{
		`{"a":1.0,"b":null,"x":3}`: `{"query":"query Q($a:Int$b:Int){first(n:$a){name}}","operationName":"Q","variables":{"a":1.0,"b":null}}`,
		`{"c":{"k":["<é>"]}}`:      `{"query":"query Q($a:Int$b:Int){first(n:$a){name}}","operationName":"Q","variables":{"c":{"k":["<é>"]}}}`,
		`{}`:                       `{"query":"query Q($a:Int$b:Int){first(n:$a){name}}","operationName":"Q","variables":{}}`,
	} {
		var input execute.Input
		if err := json.Unmarshal([]byte(variables), &input.Variables); err != nil {
			t.Fatal(err)
		}
		f := &fake{answers: map[int]string{0: `{"data":{"first":{"name":"A"}}}`}}
		check(t, program, f, input, `{"data":{"first":{"name":"A"}}}`, map[int]string{0: want})
	}
}

func TestExecute_skips_what_conditions_exclude(t *testing.T) {
	t.Parallel()
	p := crossing()
	on := plan.Condition{{{Variable: "a", Want: true}}, {{Variable: "b", Want: false}, {Variable: "c", Want: true}}}
	p.Fetches[1].Condition, p.Positions[0].Fields[1].Condition = on, on
	program := compile(t, p, graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	for variables, shown := range map[string]bool{
		`{"a":true}`: true, `{"a":false}`: false, `{}`: false, `{"a":null}`: false,
		`{"c":true}`: true, `{"b":true,"c":true}`: false, `{"a":true,"b":true}`: true,
	} {
		var input execute.Input
		if err := json.Unmarshal([]byte(variables), &input.Variables); err != nil {
			t.Fatal(err)
		}
		body, sent := run(t, program, &fake{otherwise: shop}, input)
		_, made := sent[1]
		if strings.Contains(body, `"top":{"name":"Table","price":10}`) != shown || made != shown || strings.Contains(body, "errors") || !strings.Contains(body, users) {
			t.Errorf("%s: made %t, response %s", variables, made, body)
		}
	}
}

const petSDL = `
type Query { pets: [Pet] any: [Any] owner: Owner }
type Mutation { a: Int b: Int! c: Int }
interface Pet { id: ID! name: String }
type Dog implements Pet { id: ID! name: String barks: Int }
type Cat implements Pet { id: ID! name: String meows: Int toy: Toy }
type Fox implements Pet HIDE { id: ID! name: String }
union Any = Dog | Cat
type Toy { color: String }
type Owner { name: String! city: String home: [Home!] age: Int rent: Int }
type Home { street: String zip: Int }
`

// pets asks one subgraph for pets and two lookups for their parts, one of which
// is of cats alone; the types of the representations differ.
func pets() *plan.Plan {
	id := func(typename string, types ...string) plan.Representation {
		return plan.Representation{Types: types, Typename: typename, Fields: []plan.RepresentationField{key("id", 0)}}
	}
	return &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{pets{__typename id}}", Selections: []plan.Selection{
				object("pets", "[Pet]", []int{1}, leaf("__typename", "String!"), leaf("id", "ID!")),
			}},
			{Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Text: "…", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: []plan.Target{{Position: 1, Representations: []plan.Representation{id("Cat", "Cat"), id("Dog", "Dog")}}},
				Selections: []plan.Selection{
					leaf("name", "String"), on(leaf("n__dog", "Int"), "Dog"), on(leaf("n__cat", "Int"), "Cat"), on(object("toy", "Toy", []int{2}, leaf("color", "String")), "Cat"),
				},
			}}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("pets", "[Pet]", 0, 1)}},
			{Type: "Pet", Sources: []int{0}, Typename: at(0, "__typename"), Fields: []plan.Field{
				{Key: "kind", Name: "__typename", Parent: "Pet", Type: typeOf("String!"), Source: at(0, "__typename"), Position: plan.NoPosition},
				shows("name", "String", 1, plan.NoPosition),
				{Key: "n", Name: "barks", Parent: "Dog", Type: typeOf("Int"), Types: []string{"Dog"}, Source: at(1, "n__dog"), Position: plan.NoPosition},
				{Key: "n", Name: "meows", Parent: "Cat", Type: typeOf("Int"), Types: []string{"Cat"}, Source: at(1, "n__cat"), Position: plan.NoPosition},
				{Key: "toy", Name: "toy", Parent: "Cat", Type: typeOf("Toy"), Types: []string{"Cat"}, Source: at(1, "toy"), Position: 2},
			}},
			{Type: "Toy", Sources: []int{1}, Fields: []plan.Field{
				{Key: "is", Name: "__typename", Parent: "Toy", Type: typeOf("String!"), Source: nowhere, Position: plan.NoPosition},
				shows("color", "String", 1, plan.NoPosition),
			}},
		},
	}
}

// petProgram compiles pets for clients that do not see foxes.
func petProgram(t *testing.T) *execute.Program {
	hidden := strings.Replace(petSDL, "type Fox implements Pet HIDE { id: ID! name: String }", "", 1)
	graph := graphOf(t, strings.Replace(petSDL, " HIDE", "", 1), "", "a", "b")
	graph.API = graphOf(t, hidden, "").Schema
	return compile(t, pets(), graph)
}

func TestExecute_shows_fields_by_type(t *testing.T) {
	t.Parallel()
	program := petProgram(t)
	f := &fake{answers: map[int]string{
		0: `{"data":{"pets":[{"__typename":"Dog","id":"1"},{"id":"2","__typename":"Cat"},{"__typename":"Fox","id":"3"},{"id":"4"},null,{"__typename":"Dog","id":"1"}]}}`,
		1: `{"data":{"_entities":[{"__typename":"Dog","name":"Rex","n__dog":3},{"__typename":"Cat","n__cat":4,"name":"Tom","toy":{"color":"red"}}]}}`,
	}}
	want := `{"data":{"pets":[{"kind":"Dog","name":"Rex","n":3},{"kind":"Cat","name":"Tom","n":4,"toy":{"is":"Toy","color":"red"}},null,null,null,{"kind":"Dog","name":"Rex","n":3}]},"errors":[` +
		`{"message":"a type that the schema does not have was found for an object of type Pet","path":["pets",2],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}},` +
		`{"message":"Invalid value found for field T.pets.","path":["pets",3],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`
	check(t, program, f, execute.Input{}, want, map[int]string{
		0: `{"query":"{pets{__typename id}}"}`,
		1: `{"query":"…","variables":{"r":[{"__typename":"Dog","id":"1"},{"__typename":"Cat","id":"2"}]}}`,
	})
}

// An object of which a subgraph knows only the interface (@interfaceObject): the
// type comes from a lookup in another one.
func TestExecute_takes_the_type_from_a_lookup(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{pets{id name}}", Selections: []plan.Selection{
				object("pets", "[Pet]", []int{1}, leaf("__typename", "String!"), leaf("id", "ID!"), leaf("name", "String")),
			}},
			{Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Text: "…", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: []plan.Target{{Position: 1, Representations: []plan.Representation{
					{Typename: "Pet", Fields: []plan.RepresentationField{key("id", 0)}},
				}}},
				Selections: []plan.Selection{leaf("__typename", "String!"), on(leaf("barks", "Int"), "Dog")},
			}}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("pets", "[Pet]", 0, 1)}},
			{Type: "Pet", Sources: []int{0}, Typename: at(1, "__typename"), Fields: []plan.Field{
				{Key: "__typename", Name: "__typename", Parent: "Pet", Type: typeOf("String!"), Source: at(1, "__typename"), Position: plan.NoPosition},
				shows("name", "String", 0, plan.NoPosition),
				{Key: "barks", Name: "barks", Parent: "Dog", Type: typeOf("Int"), Types: []string{"Dog"}, Source: at(1, "barks"), Position: plan.NoPosition},
			}},
		},
	}
	program := compile(t, p, graphOf(t, strings.Replace(petSDL, " HIDE", "", 1), "", "a", "b"))
	f := &fake{answers: map[int]string{
		0: `{"data":{"pets":[{"__typename":"Pet","id":"1","name":"Rex"},{"__typename":"Pet","id":"2","name":"Tom"},{"__typename":"Pet","id":"3","name":"?"}]}}`,
		1: `{"data":{"_entities":[{"__typename":"Dog","barks":1},{"__typename":"Cat"},null]}}`,
	}}
	check(t, program, f, execute.Input{}, `{"data":{"pets":[{"__typename":"Dog","name":"Rex","barks":1},{"__typename":"Cat","name":"Tom"},null]},`+
		`"errors":[{"message":"no type was found for an object of type Pet","path":["pets",2],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`, map[int]string{
		0: `{"query":"{pets{id name}}"}`,
		1: `{"query":"…","variables":{"r":[{"__typename":"Pet","id":"1"},{"__typename":"Pet","id":"2"},{"__typename":"Pet","id":"3"}]}}`,
	})
}

// owner is a value that two subgraphs know parts of, without a key.
func owner() *plan.Plan {
	return &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{owner{name home{street}}}", Selections: []plan.Selection{
				object("owner", "Owner", []int{1}, leaf("name", "String!"), object("home", "[Home!]", []int{2}, leaf("street", "String"))),
			}},
			{Subgraph: 1, Text: "{owner{city home{zip}}}", Selections: []plan.Selection{
				object("owner", "Owner", []int{1}, leaf("city", "String"), object("home", "[Home!]", []int{2}, leaf("zip", "Int"))),
			}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0, 1}, Fields: []plan.Field{shows("owner", "Owner", 0, 1)}},
			{Type: "Owner", Sources: []int{0, 1}, Path: []string{"owner"}, Fields: []plan.Field{
				shows("name", "String!", 0, plan.NoPosition), shows("city", "String", 1, plan.NoPosition), shows("home", "[Home!]", 0, 2),
			}},
			{Type: "Home", Sources: []int{0, 1}, Path: []string{"owner", "home", "@"}, Fields: []plan.Field{
				shows("zip", "Int", 1, plan.NoPosition), shows("street", "String", 0, plan.NoPosition),
			}},
		},
	}
}

func TestExecute_joins_values_without_keys(t *testing.T) {
	t.Parallel()
	program := compile(t, owner(), graphOf(t, strings.Replace(petSDL, " HIDE", "", 1), "", "a", "b"))
	first := `{"data":{"owner":{"name":"Ann","home":[{"street":"s1"},{"street":"s2"}]}}}`
	lengths := `"errors":[{"message":"service 'b' response was malformed: the list at owner.home.@ has another length than that of subgraph 'a'","path":["owner","home",0,"zip"],` +
		`"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"the list at owner.home.@ has another length than that of subgraph 'a'","service":"b"}},` +
		`{"message":"service 'b' response was malformed: the list at owner.home.@ has another length than that of subgraph 'a'","path":["owner","home",1,"zip"],` +
		`"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"the list at owner.home.@ has another length than that of subgraph 'a'","service":"b"}}]`
	for _, tc := range []struct{ second, want string }{
		{`{"data":{"owner":{"city":"Bonn","home":[{"zip":1},{"zip":2}]}}}`, `{"data":{"owner":{"name":"Ann","city":"Bonn","home":[{"zip":1,"street":"s1"},{"zip":2,"street":"s2"}]}}}`},
		{`{"data":{"owner":{"city":"Bonn","home":[{"zip":1},null]}}}`, `{"data":{"owner":{"name":"Ann","city":"Bonn","home":[{"zip":1,"street":"s1"},{"zip":null,"street":"s2"}]}}}`},
		{`{"data":{"owner":{"city":"Bonn","home":null}}}`, `{"data":{"owner":{"name":"Ann","city":"Bonn","home":[{"zip":null,"street":"s1"},{"zip":null,"street":"s2"}]}}}`},
		{`{"data":{"owner":null}}`, `{"data":{"owner":{"name":"Ann","city":null,"home":[{"zip":null,"street":"s1"},{"zip":null,"street":"s2"}]}}}`},
		{`{"data":{"owner":{"city":"Bonn","home":[{"zip":1}]}}}`, `{"data":{"owner":{"name":"Ann","city":"Bonn","home":[{"zip":null,"street":"s1"},{"zip":null,"street":"s2"}]}},` + lengths + `}`},
	} {
		f := &fake{answers: map[int]string{0: first, 1: tc.second}}
		check(t, program, f, execute.Input{}, tc.want, nil)
	}
	// The first source decides which objects there are.
	f := &fake{answers: map[int]string{0: `{"data":{"owner":null}}`, 1: `{"data":{"owner":{"city":"Bonn"}}}`}}
	check(t, program, f, execute.Input{}, `{"data":{"owner":null}}`, nil)
}

// A representation is put together from what two fetches know of a value, and
// two lookups at the same time need both.
func TestExecute_sends_values_without_keys(t *testing.T) {
	t.Parallel()
	p := owner()
	part := func(name string, fetch int) plan.RepresentationField {
		return plan.RepresentationField{Name: name, Type: typeOf("String"), Source: at(fetch, name), Position: plan.NoPosition}
	}
	for subgraph, name := range []string{"age", "rent"} {
		p.Fetches = append(p.Fetches, &plan.Fetch{
			Kind: plan.EntityFetch, Subgraph: subgraph, DependsOn: []int{0, 1}, Text: name, Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Selections: []plan.Selection{leaf(name, "Int")},
				Targets: []plan.Target{{Position: 1, Representations: []plan.Representation{{Typename: "Owner", Fields: []plan.RepresentationField{
					part("city", 1),
					{Name: "home", Type: typeOf("[Home!]"), Source: at(0, "home"), Position: 2, Fields: []plan.RepresentationField{part("zip", 1), part("street", 0)}},
				}}}}},
			}},
		})
		p.Positions[1].Fields = append(p.Positions[1].Fields, shows(name, "Int", 2+subgraph, plan.NoPosition))
	}
	program := compile(t, p, graphOf(t, strings.Replace(petSDL, " HIDE", "", 1), "", "a", "b"))
	const representation = `"variables":{"r":[{"__typename":"Owner","city":"Bonn","home":[{"zip":1,"street":"s1"},{"zip":null,"street":null}]}]}}`
	f := &fake{answers: map[int]string{
		0: `{"data":{"owner":{"name":"Ann","home":[{"street":"s1"},{"street":null}]}}}`,
		1: `{"data":{"owner":{"city":"Bonn","home":[{"zip":1},{"zip":null}]}}}`,
		2: `{"data":{"_entities":[{"age":7}]}}`, 3: `{"data":{"_entities":[{"rent":8}]}}`,
	}}
	check(t, program, f, execute.Input{}, `{"data":{"owner":{"name":"Ann","city":"Bonn","home":[{"zip":1,"street":"s1"},{"zip":null,"street":null}],"age":7,"rent":8}}}`, map[int]string{
		0: `{"query":"{owner{name home{street}}}"}`, 1: `{"query":"{owner{city home{zip}}}"}`,
		2: `{"query":"age",` + representation, 3: `{"query":"rent",` + representation,
	})
	// Half of the value is missing: nothing is sent.
	f = &fake{answers: f.answers}
	f.answers[1] = `{"data":{"owner":{"city":"Bonn","home":null}}}`
	_, sent := run(t, program, f, execute.Input{})
	if len(sent) != 2 {
		t.Errorf("sent %v", sent)
	}
}

// Two positions share an entity fetch; what hangs below one of them alone is
// looked up for that one alone.
func TestExecute_looks_up_only_what_a_position_shows(t *testing.T) {
	t.Parallel()
	entity := func(position, fetch int, name, typename string) plan.Target {
		return plan.Target{Position: position, Representations: []plan.Representation{
			{Typename: typename, Fields: []plan.RepresentationField{key(name, fetch)}},
		}}
	}
	p := &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{users{id}first{id}}", Selections: []plan.Selection{
				object("users", "[User]", []int{1}, leaf("id", "ID!")), object("first", "User!", []int{2}, leaf("id", "ID!")),
			}},
			{Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Text: "1", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: []plan.Target{entity(1, 0, "id", "User"), entity(2, 0, "id", "User")},
				Selections: []plan.Selection{object("reviews", "[Review!]!", []int{3, 4}, object("product", "Product!", []int{5, 6}, leaf("upc", "ID!")))},
			}}},
			{Kind: plan.EntityFetch, Subgraph: 2, DependsOn: []int{1}, Text: "2", Entities: []plan.Entities{
				{Key: "e0", Variable: "r0", Targets: []plan.Target{entity(6, 1, "upc", "Product")}, Selections: []plan.Selection{leaf("name", "String"), leaf("price", "Int")}},
				{Key: "e1", Variable: "r1", Targets: []plan.Target{entity(5, 1, "upc", "Product")}, Selections: []plan.Selection{leaf("name", "String")}},
			}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("users", "[User]", 0, 1), shows("first", "User!", 0, 2)}},
			{Type: "User", Sources: []int{0}, Fields: []plan.Field{shows("reviews", "[Review!]!", 1, 3)}},
			{Type: "User", Sources: []int{0}, Fields: []plan.Field{shows("reviews", "[Review!]!", 1, 4)}},
			{Type: "Review", Sources: []int{1}, Fields: []plan.Field{shows("product", "Product!", 1, 5)}},
			{Type: "Review", Sources: []int{1}, Fields: []plan.Field{shows("product", "Product!", 1, 6)}},
			{Type: "Product", Sources: []int{1}, Fields: []plan.Field{shows("name", "String", 2, plan.NoPosition)}},
			{Type: "Product", Sources: []int{1}, Fields: []plan.Field{shows("name", "String", 2, plan.NoPosition), shows("price", "Int", 2, plan.NoPosition)}},
		},
	}
	program := compile(t, p, graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f := &fake{answers: map[int]string{
		0: `{"data":{"users":[{"id":"1"},{"id":"2"}],"first":{"id":"3"}}}`,
		1: `{"data":{"_entities":[{"reviews":[{"product":{"upc":"a"}}]},{"reviews":[{"product":{"upc":"b"}},{"product":{"upc":"c"}}]},{"reviews":[{"product":{"upc":"c"}},{"product":{"upc":"d"}}]}]}}`,
		2: `{"data":{"e0":[{"name":"C","price":3},{"name":"D","price":4}],"e1":[{"name":"A"},{"name":"B"},{"name":"C"}]}}`,
	}}
	check(t, program, f, execute.Input{},
		`{"data":{"users":[{"reviews":[{"product":{"name":"A"}}]},{"reviews":[{"product":{"name":"B"}},{"product":{"name":"C"}}]}],`+
			`"first":{"reviews":[{"product":{"name":"C","price":3}},{"product":{"name":"D","price":4}}]}}}`,
		map[int]string{
			0: `{"query":"{users{id}first{id}}"}`,
			1: `{"query":"1","variables":{"r":[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"},{"__typename":"User","id":"3"}]}}`,
			2: `{"query":"2","variables":{"r0":[{"__typename":"Product","upc":"c"},{"__typename":"Product","upc":"d"}],` +
				`"r1":[{"__typename":"Product","upc":"a"},{"__typename":"Product","upc":"b"},{"__typename":"Product","upc":"c"}]}}`,
		})
}

func TestExecute_makes_mutations_in_order(t *testing.T) {
	t.Parallel()
	field := func(subgraph int, name, typ string, after ...int) *plan.Fetch {
		return &plan.Fetch{Subgraph: subgraph, Operation: ast.Mutation, Text: "mutation{" + name + "}", DependsOn: after, Selections: []plan.Selection{leaf(name, typ)}}
	}
	p := &plan.Plan{
		Operation: ast.Mutation,
		Fetches:   []*plan.Fetch{field(0, "a", "Int"), field(1, "b", "Int", 0), field(0, "c", "Int", 1)},
		Positions: []*plan.Position{{Type: "Mutation", Sources: []int{0, 1, 2}, Fields: []plan.Field{
			shows("a", "Int", 0, plan.NoPosition), shows("b", "Int", 1, plan.NoPosition), shows("c", "Int", 2, plan.NoPosition),
		}}},
	}
	program := compile(t, p, graphOf(t, strings.Replace(petSDL, " HIDE", "", 1), "", "x", "y"))
	o := &ordered{fake: fake{
		answers: map[int]string{0: `{"data":{"a":1}}`, 2: `{"data":{"c":3}}`},
		fail:    map[int]error{1: errors.New("no")},
	}}
	out := program.Execute(t.Context(), execute.Input{Flights: flights(o)})
	defer out.Release()
	if !strings.HasPrefix(string(out.Body), `{"data":{"a":1,"b":null,"c":3},"errors":[{"message":"Subgraph errors redacted","path":["b"]`) {
		t.Errorf("response %s", out.Body)
	}
	if diff := cmp.Diff([]int{0, 1, 2}, o.order); diff != "" || !o.mutations {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// ordered notes the order of the fetches.
type ordered struct {
	fake
	lock      sync.Mutex
	order     []int
	mutations bool
}

func (o *ordered) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	o.lock.Lock()
	o.order, o.mutations = append(o.order, request.Number), request.Mutation
	o.lock.Unlock()
	return o.fake.Send(call, request, answer)
}

func TestExecute_answers_introspection(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Fetches: []*plan.Fetch{{Kind: plan.IntrospectionFetch, Text: "{__schema{queryType{name}}}", Selections: []plan.Selection{
			object("__schema", "__Schema!", []int{1}, object("queryType", "__Type!", []int{2}, leaf("name", "String"))),
		}}},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("__schema", "__Schema!", 0, 1)}},
			{Type: "__Schema", Sources: []int{0}, Fields: []plan.Field{shows("queryType", "__Type!", 0, 2)}},
			{Type: "__Type", Sources: []int{0}, Fields: []plan.Field{shows("name", "String", 0, plan.NoPosition)}},
		},
	}
	program := compile(t, p, graphOf(t, shopSDL, " HIDDEN"))
	answer := []byte(`{"data":{"__schema":{"queryType":{"name":"Query"}}}}`)
	introspect := func(_ context.Context, fetch *plan.Fetch, _ map[string]json.RawMessage) ([]byte, error) {
		if fetch != p.Fetches[0] {
			return nil, errors.New("another fetch")
		}
		return answer, nil
	}
	for range 2 {
		check(t, program, &fake{}, execute.Input{Introspect: introspect}, string(answer), nil)
	}
	check(t, program, &fake{}, execute.Input{}, `{"data":null,"errors":[{"message":"introspection: there is no introspection","path":["__schema"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, nil)
}

func TestExecute_many_requests_at_once(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				out := program.Execute(context.Background(), execute.Input{Flights: flights(&fake{otherwise: shop})})
				if want := `{"data":{` + users + `,` + top + `}}`; string(out.Body) != want {
					t.Errorf("response %s", out.Body)
				}
				out.Release()
			}
		})
	}
	all.Wait()
}

func TestCompile_refuses_plans_that_contradict_themselves(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*plan.Plan){
		"the plan has no root position":                        func(p *plan.Plan) { p.Positions = nil },
		"position 1 has no source":                             func(p *plan.Plan) { p.Positions[1].Sources = nil },
		"there is no subgraph 7":                               func(p *plan.Plan) { p.Fetches[0].Subgraph = 7 },
		"it depends on fetch 3, which is not made before it":   func(p *plan.Plan) { p.Fetches[2].DependsOn = []int{3} },
		`fetch 0 does not select "x" at position 1`:            func(p *plan.Plan) { p.Positions[1].Fields[0].Source.Key = "x" },
		"fetch 3 does not supply position 1":                   func(p *plan.Plan) { p.Positions[1].Fields[0].Source.Fetch = 3 },
		"position 2 has another source than the field":         func(p *plan.Plan) { p.Positions[0].Fields[0].Position = 2 },
		`the supergraph has no type "Nope"`:                    func(p *plan.Plan) { p.Fetches[0].Selections[0].Selections[0].Type = typeOf("Nope") },
		"the OBJECT User has no selections":                    func(p *plan.Plan) { p.Fetches[0].Selections[0].Selections[0].Type = typeOf("User") },
		"the supergraph has no mutation type":                  func(p *plan.Plan) { p.Fetches[0].Operation = ast.Mutation },
		"_entities has no targets":                             func(p *plan.Plan) { p.Fetches[2].Entities[0].Targets = nil },
		`"reviews" has 2 positions in objects that have 1`:     func(p *plan.Plan) { p.Fetches[2].Entities[0].Selections[0].Positions = []int{2, 3} },
		"leads to position 4 and is none of its sources":       func(p *plan.Plan) { p.Fetches[0].Selections[0].Positions = []int{4} },
		"position 4: fetch 0, its source, does not lead there": func(p *plan.Plan) { p.Positions[4].Sources = []int{1, 0} },
		"position 3 is supplied twice by one fetch":            func(p *plan.Plan) { p.Fetches[3].Entities[0].Targets[0].Position = 3 },
	} {
		p := crossing()
		change(p)
		for i, f := range p.Fetches {
			f.ID = i
			if f.Operation == "" {
				f.Operation = ast.Query
			}
		}
		for i, position := range p.Positions {
			position.ID, position.Typename = i, nowhere
		}
		_, err := execute.Compile(p, graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
	}
}
