package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/subgraph"
)

// shop answers crossing as its subgraphs would: two users, whose reviews are of
// two products, one of which is the top one.
func shop(request *subgraph.Request) string {
	var body struct {
		Variables map[string][]struct{ ID, UPC string }
	}
	if err := json.Unmarshal(request.Body, &body); err != nil {
		return err.Error()
	}
	var entities []string
	for _, r := range append(body.Variables["representations"], body.Variables["r"]...) {
		entities = append(entities, map[string]string{
			"1":  `{"reviews":[{"body":"a","product":{"upc":"p1"}},{"body":"b","product":{"upc":"p2"}}]}`,
			"2":  `{"reviews":[{"body":"c","product":{"upc":"p1"}}]}`,
			"p1": `{"name":"Table","price":10}`, "p2": `{"name":"Chair","price":20}`,
		}[r.ID+r.UPC])
	}
	switch request.Number {
	case 0:
		return `{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bob"}]}}`
	case 1:
		return `{"data":{"top":{"upc":"p1"}}}`
	}
	return `{"data":{"_entities":[` + strings.Join(entities, ",") + `]}}`
}

// reports returns a response's data, and its errors as "path: message [code]".
func reports(t *testing.T, body string) (data string, list []string) {
	t.Helper()
	var a struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Path       []any
			Extensions map[string]any
		}
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	for _, e := range a.Errors {
		path := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(e.Path)), "."), "[]")
		text := path + ": " + e.Message
		if code, ok := e.Extensions["code"]; ok {
			text += fmt.Sprintf(" [%v]", code)
		}
		list = append(list, text)
	}
	return string(a.Data), list
}

const (
	users    = `"users":[{"name":"Ada","reviews":[{"body":"a","product":{"upc":"p1","name":"Table"}},{"body":"b","product":{"upc":"p2","name":"Chair"}}]},{"name":"Bob","reviews":[{"body":"c","product":{"upc":"p1","name":"Table"}}]}]`
	nameless = `"users":[{"name":"Ada","reviews":[{"body":"a","product":{"upc":"p1","name":null}},{"body":"b","product":{"upc":"p2","name":null}}]},{"name":"Bob","reviews":[{"body":"c","product":{"upc":"p1","name":null}}]}]`
	top      = `"top":{"name":"Table","price":10}`
)

func TestExecute_failures_cost_their_fields(t *testing.T) {
	t.Parallel()
	refused := &subgraph.Error{Kind: subgraph.Unreachable, Subgraph: "x", Reason: "refused"}
	late := &subgraph.Error{Kind: subgraph.Timeout, Subgraph: "x", Reason: "late"}
	status := &subgraph.Error{Kind: subgraph.Status, Subgraph: "x", Reason: "500: Internal Server Error", Status: 500}
	for name, tc := range map[string]struct {
		answers map[int]string // in place of good ones
		fail    map[int]error
		data    string
		errors  []string
		unsent  []int
	}{
		"nothing": {nil, nil, `{` + users + `,` + top + `}`, nil, nil},
		"a root fetch": {
			nil,
			map[int]error{0: refused},
			`{"users":null,` + top + `}`,
			[]string{"users: HTTP fetch failed from 'users': refused [SUBREQUEST_HTTP_ERROR]"},
			[]int{2},
		},
		"time": {
			nil,
			map[int]error{1: late},
			`{` + users + `,"top":null}`,
			[]string{"top: HTTP fetch failed from 'reviews': late [GATEWAY_TIMEOUT]"},
			nil,
		},
		"an entity fetch whose fields are not null": {
			nil,
			map[int]error{2: status},
			`{"users":[null,null],` + top + `}`,
			[]string{
				"users.0.reviews: HTTP fetch failed from 'reviews': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
				"users.1.reviews: HTTP fetch failed from 'reviews': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
			},
			nil,
		},
		"a status with GraphQL errors": {
			map[int]string{2: `{"errors":[{"message":"not you","extensions":{"code":"FORBIDDEN"}}]}`},
			map[int]error{2: status},
			`{"users":[null,null],` + top + `}`,
			[]string{"users.0.reviews: not you [FORBIDDEN]", "users.1.reviews: not you [FORBIDDEN]"},
			nil,
		},
		"a status with JSON that is no response": {
			map[int]string{3: `{"detail":"x"}`},
			map[int]error{3: status},
			`{` + nameless + `,"top":{"name":null,"price":null}}`,
			[]string{
				"users.0.reviews.0.product.name: HTTP fetch failed from 'products': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
				"users.0.reviews.1.product.name: HTTP fetch failed from 'products': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
				"users.1.reviews.0.product.name: HTTP fetch failed from 'products': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
				"top.name: HTTP fetch failed from 'products': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
				"top.price: HTTP fetch failed from 'products': 500: Internal Server Error [SUBREQUEST_HTTP_ERROR]",
			},
			nil,
		},
		"rubbish": {
			map[int]string{1: `<html>`},
			nil,
			`{` + users + `,"top":null}`,
			[]string{"top: service 'reviews' response was malformed: the body is no JSON object at byte 0 [SUBREQUEST_MALFORMED_RESPONSE]"},
			nil,
		},
		"an unknown error": {
			nil,
			map[int]error{1: errors.New("odd")},
			`{` + users + `,"top":null}`,
			[]string{"top: HTTP fetch failed from 'reviews': odd [SUBREQUEST_HTTP_ERROR]"},
			nil,
		},
		"an error at an entity's field, wherever the entity is": {
			map[int]string{3: `{"data":{"_entities":[{"name":null,"price":10},{"name":"Chair"}]},"errors":[{"message":"no name","path":["_entities",0,"name"],"locations":[{"line":1,"column":1}]}]}`},
			nil,
			`{` + strings.ReplaceAll(users, `"Table"`, "null") + `,"top":{"name":null,"price":10}}`,
			[]string{"users.0.reviews.0.product.name: no name", "users.1.reviews.0.product.name: no name", "top.name: no name"},
			nil,
		},
		"an error in a list of an entity": {
			map[int]string{2: `{"data":{"_entities":[{"reviews":[{"body":null,"product":{"upc":"p1"}},{"body":"b","product":{"upc":"p2"}}]},{"reviews":[{"body":"c","product":{"upc":"p1"}}]}]},"errors":[{"message":"no body","path":["_entities",0,"reviews",0,"body"]}]}`},
			nil,
			`{` + strings.ReplaceAll(users, `"a"`, "null") + `,` + top + `}`,
			[]string{"users.0.reviews.0.body: no body"},
			nil,
		},
		"an entity that is null, with an error": {
			map[int]string{2: `{"data":{"_entities":[{"reviews":[{"body":"a","product":{"upc":"p1"}},{"body":"b","product":{"upc":"p2"}}]},null]},"errors":[{"message":"gone","path":["_entities",1]}]}`},
			nil,
			`{"users":[{"name":"Ada","reviews":[{"body":"a","product":{"upc":"p1","name":"Table"}},{"body":"b","product":{"upc":"p2","name":"Chair"}}]},null],` + top + `}`,
			[]string{"users.1: gone"},
			nil,
		},
		"an entity that is null, without an error": {
			map[int]string{2: `{"data":{"_entities":[{"reviews":[{"body":"a","product":{"upc":"p1"}},{"body":"b","product":{"upc":"p2"}}]},null]}}`},
			nil,
			`{"users":[{"name":"Ada","reviews":[{"body":"a","product":{"upc":"p1","name":"Table"}},{"body":"b","product":{"upc":"p2","name":"Chair"}}]},null],` + top + `}`,
			[]string{"users.1.reviews: Cannot return null for non-nullable field T.reviews. [RESPONSE_VALIDATION_FAILED]"},
			nil,
		},
		"nullable entities that are null": {
			map[int]string{3: `{"data":{"_entities":[null,null]}}`},
			nil,
			`{` + nameless + `,"top":{"name":null,"price":null}}`, nil, nil,
		},
		"an entity that is a string": {
			map[int]string{3: `{"data":{"_entities":["x",{"name":"Chair"}]}}`},
			nil,
			`{` + strings.ReplaceAll(users, `"Table"`, "null") + `,"top":{"name":null,"price":null}}`,
			[]string{
				"users.0.reviews.0.product: service 'products' response was malformed: '_entities' has entities that are not of a type that was asked for [SUBREQUEST_MALFORMED_RESPONSE]",
				"users.1.reviews.0.product: service 'products' response was malformed: '_entities' has entities that are not of a type that was asked for [SUBREQUEST_MALFORMED_RESPONSE]",
				"top: service 'products' response was malformed: '_entities' has entities that are not of a type that was asked for [SUBREQUEST_MALFORMED_RESPONSE]",
			},
			nil,
		},
		"too few entities": {
			map[int]string{3: `{"data":{"_entities":[{"name":"Table"}]}}`},
			nil,
			`{` + nameless + `,"top":{"name":null,"price":null}}`,
			malformed("'_entities' has 1 entities, 2 were asked for"), nil,
		},
		"too many entities": {
			map[int]string{3: `{"data":{"_entities":[{"name":"Table"},{"name":"Chair"},{"name":"Lamp"}]}}`},
			nil,
			`{` + nameless + `,"top":{"name":null,"price":null}}`,
			malformed("'_entities' has 3 entities, 2 were asked for"), nil,
		},
		"no entities": {
			map[int]string{3: `{"data":{}}`},
			nil,
			`{` + nameless + `,"top":{"name":null,"price":null}}`,
			malformed("'_entities' is not the list of 2 entities that was asked for"), nil,
		},
		"no data and an error without a path": {
			map[int]string{3: `{"data":null,"errors":[{"message":"boom"},{"message":"and more"}]}`},
			nil,
			`{` + nameless + `,"top":{"name":null,"price":null}}`,
			[]string{": and more", "users.0.reviews.0.product.name: boom", "users.0.reviews.1.product.name: boom", "users.1.reviews.0.product.name: boom", "top.name: boom", "top.price: boom"},
			nil,
		},
		"data and an error without a path": {
			map[int]string{0: `{"data":{"users":[]},"errors":[{"message":"slow"}]}`},
			nil,
			`{"users":[],` + top + `}`,
			[]string{": slow"},
			[]int{2},
		},
		"a path of a root fetch": {
			map[int]string{0: `{"data":{"users":[{"id":"1","name":"Ada"},null]},"errors":[{"message":"gone","path":["users",1,"name"]}]}`},
			nil,
			`{"users":[{"name":"Ada","reviews":[{"body":"a","product":{"upc":"p1","name":"Table"}},{"body":"b","product":{"upc":"p2","name":"Chair"}}]},null],` + top + `}`,
			[]string{"users.1.name: gone"},
			nil,
		},
		"a path to what the client does not see": {
			map[int]string{0: `{"data":{"users":[{"id":null,"name":"Ada"}]},"errors":[{"message":"no id","path":["users",0,"id"]}]}`},
			nil,
			`{"users":[null],` + top + `}`,
			[]string{"users.0: no id"},
			[]int{2},
		},
		"paths that lead nowhere": {
			map[int]string{
				0: `{"data":{"users":[]},"errors":[{"message":"a","path":["x"]},{"message":"b","path":[1]},{"message":"c","path":[null,{}]},{"message":"d","path":["users",0,"name",0,"x"]}]}`,
				3: `{"data":{"_entities":[{"name":"Table","price":10}]},"errors":[{"message":"e","path":["_entities"]},{"message":"f","path":["_entities",7]},{"message":"g","path":["x",0]},{"message":"h","path":["_entities",0,"x"]},{"message":"i","path":["_entities",4294967296]},{"message":"j","path":["_entities",-1]}]}`,
			},
			nil,
			`{"users":[],` + top + `}`,
			[]string{": a", ": b", ": c", "users.0.name: d", ": e", ": g", ": i", ": j", "top: h", ": f"},
			[]int{2},
		},
		"errors that are none": {
			map[int]string{0: `{"data":{"users":[]},"errors":["x"]}`},
			nil,
			`{"users":[],` + top + `}`,
			[]string{": service 'users' response was malformed: 'errors' is no list of GraphQL errors [SUBREQUEST_MALFORMED_RESPONSE]"},
			[]int{2},
		},
		"values of other kinds": {
			map[int]string{0: `{"data":{"users":[{"id":{},"name":"Ada"},"x",{"id":"2","name":2}]}}`},
			nil,
			`{"users":[null,null,null],` + top + `}`,
			[]string{
				"users.0.reviews: Cannot return null for non-nullable field T.reviews. [RESPONSE_VALIDATION_FAILED]",
				"users.1: Invalid value found for field T.users. [RESPONSE_VALIDATION_FAILED]",
				"users.2.name: Invalid value found for field T.name. [RESPONSE_VALIDATION_FAILED]",
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
			for range 2 {
				f := &fake{otherwise: shop, answers: tc.answers, fail: tc.fail}
				body, sent := run(t, program, f, execute.Input{})
				data, errors := reports(t, body)
				if diff := cmp.Diff(tc.data, data); diff != "" {
					t.Errorf("data (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tc.errors, errors); diff != "" {
					t.Errorf("errors (-want +got):\n%s", diff)
				}
				for _, fetch := range tc.unsent {
					if text, ok := sent[fetch]; ok {
						t.Errorf("fetch %d was made: %s", fetch, text)
					}
				}
			}
		})
	}
}

// malformed are the errors that a broken answer to the last fetch of crossing
// gives.
func malformed(reason string) []string {
	var out []string
	for _, path := range []string{"users.0.reviews.0.product.name", "users.0.reviews.1.product.name", "users.1.reviews.0.product.name", "top.name", "top.price"} {
		out = append(out, path+": service 'products' response was malformed: "+reason+" [SUBREQUEST_MALFORMED_RESPONSE]")
	}
	return out
}

func TestExecute_withholds_what_subgraphs_say(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f := &fake{otherwise: shop, answers: map[int]string{}, fail: map[int]error{1: &subgraph.Error{Kind: subgraph.Status, Subgraph: "reviews", Reason: "500: at 10.0.0.1", Status: 500}}}
	f.answers[0] = `{"data":{"users":[]},"errors":[{"message":"password is hunter2","path":["users"],"extensions":{"code":"X","stack":"…"}}]}`
	out := program.Execute(t.Context(), execute.Input{Flights: flights(f)})
	want := `{"data":{"users":[],"top":null},"errors":[{"message":"Subgraph errors redacted","path":["users"]},{"message":"Subgraph errors redacted","path":["top"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR"}}]}`
	if diff := cmp.Diff(want, string(out.Body)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	out.Release()
}

func TestExecute_names_the_subgraph_of_an_error(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f := &fake{otherwise: shop, answers: map[int]string{}, fail: map[int]error{1: &subgraph.Error{Kind: subgraph.Status, Subgraph: "reviews", Reason: "500", Status: 500}}}
	f.answers[0] = `{"data":{"users":[]},"errors":[{"message":"x","path":["users"],"extensions":{"n":1.50,"service":"forged"}}]}`
	body, _ := run(t, program, f, execute.Input{Extensions: []byte(`{"plan":1}`)})
	want := `{"data":{"users":[],"top":null},"errors":[{"message":"x","path":["users"],"extensions":{"n":1.50,"service":"users"}},` +
		`{"message":"HTTP fetch failed from 'reviews': 500","path":["top"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","http":{"status":500},"reason":"500","service":"reviews"}}],"extensions":{"plan":1}}`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}

func TestExecute_bounds_the_places_of_an_error(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f := &fake{otherwise: shop, answers: map[int]string{}, fail: map[int]error{2: errors.New("down")}}
	var users []string
	for i := range 1000 {
		users = append(users, fmt.Sprintf(`{"id":"%d","name":"x"}`, i))
	}
	f.answers[0] = `{"data":{"users":[` + strings.Join(users, ",") + `]}}`
	body, _ := run(t, program, f, execute.Input{})
	if _, list := reports(t, body); len(list) != 32 {
		t.Errorf("%d errors", len(list))
	}
}

func TestExecute_ends_with_its_context(t *testing.T) {
	t.Parallel()
	program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := &fake{otherwise: shop}
	out := program.Execute(ctx, execute.Input{Flights: flights(f)})
	defer out.Release()
	if len(f.sent) > 0 || len(out.Errors) != 2 || !strings.HasPrefix(string(out.Body), `{"data":{"users":null,"top":null},"errors":[`) {
		t.Errorf("sent %v, response %s", f.sent, out.Body)
	}
}

// panicking panics in the fetches that it is told to.
type panicking struct {
	fake
	in map[int]bool
}

func (p *panicking) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	if p.in[request.Number] {
		panic(fmt.Sprintf("fetch %d", request.Number))
	}
	return p.fake.Send(call, request, answer)
}

func TestExecute_panics_in_the_goroutine_of_its_caller(t *testing.T) {
	t.Parallel()
	for _, fetch := range []int{0, 1, 2, 3} {
		program := compile(t, crossing(), graphOf(t, shopSDL, " HIDDEN", "users", "reviews", "products"))
		func() {
			defer func() {
				if value := recover(); value != fmt.Sprintf("fetch %d", fetch) {
					t.Errorf("fetch %d: recovered %v", fetch, value)
				}
			}()
			f := &panicking{in: map[int]bool{fetch: true}}
			f.otherwise = shop
			program.Execute(t.Context(), execute.Input{Flights: flights(f)})
		}()
	}
}
