package execute_test

import (
	"testing"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
)

const carSDL = `
type Query { cars: [Car] }
type Car { owner: Owner plate: String! }
type Owner { id: ID! name: String age: Int! }
`

// cars looks up the owner of each car, of whom everything that is shown follows
// from the entity.
func cars() *plan.Plan {
	return &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{cars{owner{id}plate}}", Selections: []plan.Selection{
				object("cars", "[Car]", []int{1}, object("owner", "Owner", []int{2}, leaf("id", "ID!")), leaf("plate", "String!")),
			}},
			{Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Text: "o", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r",
				Targets: []plan.Target{{Position: 2, Representations: []plan.Representation{
					{Typename: "Owner", Fields: []plan.RepresentationField{key("id", 0)}},
				}}},
				Selections: []plan.Selection{leaf("name", "String"), leaf("age", "Int!")},
			}}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("cars", "[Car]", 0, 1)}},
			{Type: "Car", Sources: []int{0}, Fields: []plan.Field{shows("owner", "Owner", 0, 2), shows("plate", "String!", 0, plan.NoPosition)}},
			{Type: "Owner", Sources: []int{0}, Fields: []plan.Field{
				shows("id", "ID!", 0, plan.NoPosition), shows("name", "String", 1, plan.NoPosition), shows("age", "Int!", 1, plan.NoPosition),
			}},
		},
	}
}

// Objects of one entity are written once and repeated, but neither from where the
// text was taken back, nor without the errors that each place has.
func TestExecute_repeats_what_is_alike(t *testing.T) {
	t.Parallel()
	program := compile(t, cars(), graphOf(t, carSDL, "", "cars", "owners"))
	const ada, bob = `{"owner":{"id":"1","name":"Ada","age":36},"plate":"A"}`, `{"owner":{"id":"2","name":null,"age":7},"plate":"B"}`
	for range 2 {
		f := &fake{answers: map[int]string{
			0: `{"data":{"cars":[{"owner":{"id":"1"},"plate":null},{"owner":{"id":"1"},"plate":"A"},{"owner":{"id":"2"},"plate":"B"},{"owner":{"id":"1"},"plate":"A"},` +
				`{"owner":null,"plate":"C"},{"owner":{"id":"2"},"plate":"B"},{"owner":{"id":"1"},"plate":null},{"owner":{"id":"1"},"plate":"A"},` +
				`{"owner":{"id":"3"},"plate":"D"},{"owner":{"id":"3"},"plate":"E"}]}}`,
			1: `{"data":{"_entities":[{"name":"Ada","age":36},{"name":null,"age":7},{"name":"Cy","age":null}]}}`,
		}}
		const plate = `{"message":"Cannot return null for non-nullable field T.plate.","path":["cars",`
		const age = `{"message":"Cannot return null for non-nullable field T.age.","path":["cars",`
		const code = `"],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}`
		check(t, program, f, execute.Input{}, `{"data":{"cars":[null,`+ada+`,`+bob+`,`+ada+`,{"owner":null,"plate":"C"},`+bob+`,null,`+ada+
			`,{"owner":null,"plate":"D"},{"owner":null,"plate":"E"}]},"errors":[`+
			plate+`0,"plate`+code+`,`+plate+`6,"plate`+code+`,`+age+`8,"owner","age`+code+`,`+age+`9,"owner","age`+code+`]}`, nil)
	}
}
