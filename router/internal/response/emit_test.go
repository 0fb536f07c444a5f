package response_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/response"
)

// projection shows what layout reads, by this schema:
//
//	type Query { user: User  node: Node  nodes: [Node!] }
//	type User { id: ID!  name: String!  age: Int  score: Float  ok: Boolean  role: Role  any: Any
//	            tags: [String!]  grid: [[Child!]]!  child: Child  anys: [Any] }
//	type Child { n: Int! }   enum Role { ADMIN USER }   (client's view: Cat is hidden)
func projection() *response.Projection {
	field := func(key, coordinate string, slot int, kind response.Kind, nonNull uint64, object *response.Projection) response.ProjectionField {
		f := response.NewProjectionField(key)
		f.Coordinate, f.Slot, f.Kind, f.NonNull, f.Object = coordinate, slot, kind, nonNull, object
		f.SameKey = strings.HasSuffix(coordinate, "."+key)
		return f
	}
	child := with(response.Projection{Type: "Child", TypeView: -1}, field("n", "Child.n", 1, response.Int, 1, nil))
	role := field("role", "User.role", 6, response.Enum, 0, nil)
	role.Values = map[string]struct{}{"ADMIN": {}, "USER": {}}
	user := with(response.Projection{Type: "User", TypeView: -1},
		field("id", "User.id", 1, response.ID, 1, nil), field("alias", "User.name", 2, response.String, 1, nil),
		field("age", "User.age", 3, response.Int, 0, nil), field("score", "User.score", 4, response.Float, 0, nil),
		field("ok", "User.ok", 5, response.Boolean, 0, nil), role, field("any", "User.any", 7, response.Any, 0, nil),
		field("tags", "User.tags", 8, response.String, 0b10, nil), field("grid", "User.grid", 9, response.Any, 0b101, child),
		field("child", "User.child", 10, response.Any, 0, child), field("anys", "User.anys", 11, response.Any, 0, nil),
	)
	x := field("x", "Dog.x", 3, response.String, 0, nil)
	x.Types = []bool{false, true}
	node := with(response.Projection{Type: "Node", TypeView: 0, Known: []bool{false, true}},
		field("__typename", "Node.__typename", 1, response.Typename, 1, nil), x,
	)
	return with(response.Projection{Type: "Query", TypeView: -1},
		field("user", "Query.user", 1, response.Any, 0, user), field("node", "Query.node", 2, response.Any, 0, node),
		field("nodes", "Query.nodes", 3, response.Any, 0b10, node),
	)
}

// with adds fields to a projection.
func with(pr response.Projection, fields ...response.ProjectionField) *response.Projection {
	for _, f := range fields {
		pr.Add(f)
	}
	return &pr
}

func emit(t testing.TB, root *response.Projection, in string) (string, gqlerror.List) {
	t.Helper()
	var d response.Document
	if err := d.Parse(layout(), []byte(in)); err != nil {
		t.Fatal(err)
	}
	var e response.Emitter
	e.Reset(nil)
	e.AddRoot(&d, response.Cause{})
	e.Data(root)
	body, errors := e.Finish()
	return string(body), errors
}

// texts are errors as "path: message".
func texts(errors gqlerror.List) []string {
	var out []string
	for _, e := range errors {
		out = append(out, e.Path.String()+": "+e.Message)
	}
	return out
}

const user = `"id":"1","name":"Ada","grid":[]`

func TestEmit_spreads_nulls(t *testing.T) {
	t.Parallel()
	const rest = `"age":null,"score":null,"ok":null,"role":null,"any":null`
	shown := func(tags, grid, child string) string {
		return `{"user":{"id":"1","alias":"Ada",` + rest + `,"tags":` + tags + `,"grid":` + grid + `,"child":` + child + `,"anys":null},"node":null,"nodes":null}`
	}
	gone := `{"user":null,"node":null,"nodes":null}`
	cannot := "Cannot return null for non-nullable field "
	for name, tc := range map[string]struct {
		in     string
		want   string
		errors []string
	}{
		"nothing wrong":           {`{"user":{` + user + `}}`, shown("null", "[]", "null"), nil},
		"a required field":        {`{"user":{"id":"1","name":null,"grid":[]}}`, gone, []string{"user.alias: " + cannot + "User.name."}},
		"a required list":         {`{"user":{"id":"1","name":"Ada"}}`, gone, []string{"user.grid: " + cannot + "User.grid."}},
		"an item":                 {`{"user":{` + user + `,"tags":["a",null,"b"]}}`, shown("null", "[]", "null"), []string{"user.tags[1]: " + cannot + "User.tags."}},
		"a list in a list":        {`{"user":{"id":"1","name":"Ada","grid":[null,[{"n":1}]]}}`, shown("null", `[null,[{"n":1}]]`, "null"), nil},
		"an item in a list":       {`{"user":{"id":"1","name":"Ada","grid":[[{"n":1}],[{"n":1},null]]}}`, shown("null", `[[{"n":1}],null]`, "null"), []string{"user.grid[1][1]: " + cannot + "User.grid."}},
		"a field in an item":      {`{"user":{"id":"1","name":"Ada","grid":[[{"n":1},{"n":null}]]}}`, shown("null", `[null]`, "null"), []string{"user.grid[0][1].n: " + cannot + "Child.n."}},
		"up to a field":           {`{"user":{` + user + `,"child":{}}}`, shown("null", "[]", "null"), []string{"user.child.n: " + cannot + "Child.n."}},
		"a value of another kind": {`{"user":{"id":"1","name":7,"grid":[]}}`, gone, []string{"user.alias: Invalid value found for field User.name."}},
		"of a nullable field":     {`{"user":{` + user + `,"child":"x","tags":"x"}}`, shown("null", "[]", "null"), []string{"user.tags: Invalid value found for field User.tags.", "user.child: Invalid value found for field User.child."}},
		"a hidden type":           {`{"nodes":[{"__typename":"Dog","x":"1"},{"__typename":"Cat"}]}`, gone, []string{"nodes[1]: a type that the schema does not have was found for an object of type Node"}},
		"a nullable hidden type":  {`{"node":{"__typename":"Cat"}}`, gone, []string{"node: a type that the schema does not have was found for an object of type Node"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, errors := emit(t, projection(), `{"data":`+tc.in+`}`)
			if diff := gocmp.Diff(tc.want, got); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(tc.errors, texts(errors)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			for _, e := range errors {
				if e.Extensions["code"] != response.CodeValidation {
					t.Errorf("extensions = %v", e.Extensions)
				}
			}
		})
	}
}

func TestEmit_data_is_null_when_nothing_may_be(t *testing.T) {
	t.Parallel()
	root := projection()
	root.Fields[0].NonNull = 1
	got, errors := emit(t, root, `{"data":{"user":{}}}`)
	if got != "null" || !gocmp.Equal(texts(errors), []string{"user.id: Cannot return null for non-nullable field User.id."}) {
		t.Errorf("data = %s, errors = %v", got, errors)
	}
}

func TestEmit_passes_leaves_on(t *testing.T) {
	t.Parallel()
	got, errors := emit(t, projection(), `{"data":{"user":{"id":7,"name":"\u0041 \"<é","age":1.0,"score":1E400,"role":"AD\u004dIN","any":{ "a" : [1 ] },"tags":[ "x" ],"grid":[],"ok":false}}}`)
	want := `{"user":{"id":"7","alias":"\u0041 \"<é","age":1.0,"score":1E400,"ok":false,"role":"AD\u004dIN","any":{ "a" : [1 ] },"tags":["x"],"grid":[],"child":null,"anys":null},"node":null,"nodes":null}`
	if diff := gocmp.Diff(want, got); diff != "" || errors != nil {
		t.Errorf("data (-want +got):\n%s%v", diff, errors)
	}
	got, errors = emit(t, projection(), `{"data":{"user":{`+user+`,"role":"SECRET"}}}`)
	if !strings.Contains(got, `"role":null`) || !gocmp.Equal(texts(errors), []string{"user.role: Invalid value found for field User.role."}) {
		t.Errorf("an unknown enum value: %s, %v", got, errors)
	}
}

func TestEmit_writes_what_stands_together_and_what_does_not(t *testing.T) {
	t.Parallel()
	const want = `{"user":{"id":"1","alias":"Ada","age":7,"score":1.5,"ok":true,"role":null,"any":null,"tags":null,"grid":[],"child":null,"anys":null},"node":null,"nodes":null}`
	for name, in := range map[string]string{
		"together":               `{"id":"1","name":"Ada","age":7,"score":1.5,"ok":true,"grid":[]}`,
		"in another order":       `{"age":7,"ok":true,"score":1.5,"grid":[],"name":"Ada","id":"1"}`,
		"with others in between": `{"id":"1","name":"Ada","age":7,"x":0,"score":1.5,"y":[],"ok":true,"grid":[]}`,
		"as long as a key":       `{"id":"1","name":"Ada","age":7,"a":0,"a":0,"score":1.5,"ok":false,"ok":true,"grid":[]}`,
		"twice":                  `{"age":0,"score":0.0,"age":7,"score":1.5,"id":"1","name":"Ada","ok":true,"grid":[],"ok":true}`,
		"with white space":       `{"id":"1","name":"Ada","age":7, "score" :1.5,` + "\t" + `"ok":true,"grid":[]}`,
		"with escaped keys":      `{"id":"1","name":"Ada","age":7,"\u0073core":1.5,"ok":true,"grid":[]}`,
	} {
		if got, errors := emit(t, projection(), `{"data":{"user":`+in+`}}`); got != want || errors != nil {
			t.Errorf("%s: data = %s, %v", name, got, errors)
		}
	}
}

func TestEmit_follows_conditions_and_types(t *testing.T) {
	t.Parallel()
	root := &response.Projection{Type: "Query", TypeView: -1}
	for i, f := range projection().Fields[:2] {
		f.Condition = i
		root.Add(f)
	}
	var d response.Document
	if err := d.Parse(layout(), []byte(`{"data":{"user":{`+user+`},"node":{"__typename":"Dog","x":"w"}}}`)); err != nil {
		t.Fatal(err)
	}
	for conditions, want := range map[[2]bool]string{
		{false, true}:  `{"node":{"__typename":"Dog","x":"w"}}`,
		{false, false}: `{}`,
	} {
		e := response.Emitter{Conditions: conditions[:]}
		e.Reset(nil)
		e.AddRoot(&d, response.Cause{})
		e.Data(root)
		if got, _ := e.Finish(); string(got) != want {
			t.Errorf("%v: data = %s, want %s", conditions, got, want)
		}
	}
}

func TestEmit_reports_a_failure_where_it_costs_something(t *testing.T) {
	t.Parallel()
	failure := &response.Failure{Error: gqlerror.Error{Message: "down"}}
	var e response.Emitter
	e.Reset(nil)
	e.AddRoot(nil, response.Cause{Failure: failure})
	e.Data(projection())
	got, errors := e.Finish()
	if string(got) != `{"user":null,"node":null,"nodes":null}` || !gocmp.Equal(texts(errors), []string{"user: down", "node: down", "nodes: down"}) {
		t.Errorf("data = %s, errors = %v", got, texts(errors))
	}
}

func TestEmit_leaves_out_violations_that_an_error_explains(t *testing.T) {
	t.Parallel()
	var d response.Document
	if err := d.Parse(layout(), []byte(`{"data":{"user":{"grid":[]}}}`)); err != nil {
		t.Fatal(err)
	}
	var e response.Emitter
	e.Reset(nil)
	e.AddRoot(&d, response.Cause{})
	e.Report(gqlerror.Error{Message: "no id for you"}, []response.PathElement{ast.PathName("user"), ast.PathName("id"), ast.PathName("x")})
	e.Data(projection())
	got, errors := e.Finish()
	if string(got) != `{"user":null,"node":null,"nodes":null}` || !gocmp.Equal(texts(errors), []string{"user.id.x: no id for you"}) {
		t.Errorf("data = %s, errors = %v", got, texts(errors))
	}
}

func TestEmit_bounds_the_errors(t *testing.T) {
	t.Parallel()
	_, errors := emit(t, projection(), `{"data":{"user":{`+user+`,"grid":[`+strings.Repeat(`[null],`, 1000)+`[]]}}}`)
	if len(errors) != response.MaxErrors {
		t.Errorf("%d errors", len(errors))
	}
}

func TestEmit_gives_up_when_the_text_is_too_long(t *testing.T) {
	t.Parallel()
	var d response.Document
	in := `{"data":{"user":{` + user + `,"grid":[` + strings.Repeat(`[{"n":1}],`, 1000) + `[]]}}}`
	if err := d.Parse(layout(), []byte(in)); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]string{0: `{"user":{`, 100 << 10: `{"user":{`, 5000: `null`} {
		e := response.Emitter{MaxBytes: limit}
		e.Reset(nil)
		e.AddRoot(&d, response.Cause{})
		e.Data(projection())
		got, errors := e.Finish()
		if !strings.HasPrefix(string(got), want) || (len(errors) > 0) != (want == "null") {
			t.Errorf("limit %d: %.50s… %v", limit, got, errors)
		}
		if len(errors) > 0 && errors[0].Extensions["code"] != response.CodeTooLarge {
			t.Errorf("errors = %v", errors)
		}
	}
}

func TestAppendErrors_writes_GraphQL_errors(t *testing.T) {
	t.Parallel()
	got := response.AppendErrors(nil, gqlerror.List{
		{
			Message: "a <b> & \"c\"", Path: ast.Path{ast.PathName("x"), ast.PathIndex(1)},
			Locations: []gqlerror.Location{{Line: 1, Column: 2}}, Extensions: map[string]any{"n": json.RawMessage("1.00")},
		},
		{Message: "x", Extensions: map[string]any{"n": json.RawMessage("{")}},
	})
	want := `[{"message":"a <b> & \"c\"","path":["x",1],"locations":[{"line":1,"column":2}]},{"message":"x"}]`
	if diff := gocmp.Diff(want, string(got)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// FuzzEmit compares the emitter with an executor that works on what
// encoding/json decodes.
func FuzzEmit(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"data":{"user":{"id":"1","name":"Ada","age":7,"score":1.5,"\u006fk":true,"grid":[],"score":2,"ok":false}}}`))
	f.Add([]byte(`{"data":{"user":{` + user + `,"tags":[null],"child":{"n":1.5}},"nodes":[{"__typename":"Dog","x":null}]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var d response.Document
		if err := d.Parse(layout(), append([]byte(nil), in...)); err != nil {
			return
		}
		var e response.Emitter
		e.Reset(nil)
		e.AddRoot(&d, response.Cause{})
		e.Data(projection())
		body, errors := e.Finish()
		var want any
		if object, ok := lastData(in).(map[string]any); ok {
			want, _ = reference(layout().Root, projection(), object)
		} else {
			want, _ = reference(layout().Root, projection(), map[string]any{})
		}
		if !json.Valid(body) {
			t.Fatalf("%q gives %q, which is no JSON", in, body)
		}
		if got := decode(body); !reflect.DeepEqual(want, got) {
			if strings.Count(string(in), "__typename") > strings.Count(string(in), "Dog")+strings.Count(string(in), "Cat") {
				t.Skip("two types in one object")
			}
			t.Fatalf("%q\n gives %s\n want  %v", in, body, want)
		}
		for _, e := range errors {
			if len(e.Path) == 0 {
				t.Fatalf("%q: an error has no path: %v", in, e)
			}
		}
	})
}

// isWhole32 tells whether a number with a fraction or an exponent is a whole
// number of 32 bits, by exact arithmetic; exponents beyond it are those of
// huge or tiny numbers, unless the digits are zero or very many.
func isWhole32(number string) bool {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	if strings.Trim(mantissa, "-0.") == "" {
		return true
	}
	if n, err := strconv.Atoi(cmp.Or(exponent, "0")); err != nil || n > 1000 || n < -1000 {
		return false
	}
	exact, ok := new(big.Rat).SetString(number)
	return ok && exact.IsInt() && exact.Num().IsInt64() && exact.Num().Int64() == int64(int32(exact.Num().Int64()))
}

// reference completes an object as the specification says; false is null that
// spreads.
func reference(shape *response.Shape, pr *response.Projection, object map[string]any) (any, bool) {
	v := 0
	if shape.Typed {
		v = -1
		for i := range shape.Variants {
			if object["__typename"] == shape.Variants[i].Type {
				v = i
			}
		}
		if v < 0 || !pr.Known[v] {
			return nil, false
		}
	}
	out := map[string]any{}
	for i := range pr.Fields {
		f := &pr.Fields[i]
		if f.Types != nil && !f.Types[v] {
			continue
		}
		var sf *response.ShapeField
		for k := range shape.Variants[v].Fields {
			if shape.Variants[v].Fields[k].Slot == f.Slot {
				sf = &shape.Variants[v].Fields[k]
			}
		}
		value, ok := referenceValue(sf, f, sf.Depth, 0, object[sf.Name])
		if !ok {
			return nil, false
		}
		out[f.Key] = value
	}
	return out, true
}

func referenceValue(sf *response.ShapeField, f *response.ProjectionField, depth, level int, value any) (any, bool) {
	null := f.NonNull>>level&1 == 0
	switch {
	case value == nil:
		return nil, null
	case depth > 0:
		list, ok := value.([]any)
		if !ok {
			return nil, null
		}
		out := []any{}
		for _, item := range list {
			item, ok := referenceValue(sf, f, depth-1, level+1, item)
			if !ok {
				return nil, null
			}
			out = append(out, item)
		}
		return out, true
	case sf.Shape != nil:
		if object, ok := value.(map[string]any); ok {
			if out, ok := reference(sf.Shape, f.Object, object); ok {
				return out, true
			}
		}
		return nil, null
	}
	number, isNumber := value.(json.Number)
	text, isString := value.(string)
	whole := isNumber && !strings.ContainsAny(number.String(), ".eE")
	ok := false
	switch sf.Kind {
	case response.Any:
		ok = true
	case response.String, response.Typename:
		ok = isString
	case response.Boolean:
		_, ok = value.(bool)
	case response.Enum:
		_, ok = f.Values[text]
		ok = ok && isString
	case response.Float:
		ok = isNumber
	case response.ID:
		if ok = isString || whole; whole {
			value = number.String()
		}
	case response.Int:
		var n int64
		if whole {
			_, err := fmt.Sscan(number.String(), &n)
			ok = err == nil && n == int64(int32(n))
		} else if isNumber {
			ok = isWhole32(number.String())
		}
	}
	if !ok {
		return nil, null
	}
	return value, true
}
