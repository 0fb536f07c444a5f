package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/identity"
)

// mutate is the operation for a mutation with everything in the variable in.
func mutate(mutation *ast.FieldDefinition) string {
	return `mutation ($in: ` + mutation.Arguments[0].Type.String() + `) { it: ` + mutation.Name + `(input: $in) { __typename errors { code path message } } }`
}

// inputOf makes an input of a mutation. For each of its fields it asks value, by
// name and type, for the leaf, or for each element of a list; a field for which
// there is none is left out.
func inputOf(schema *ast.Schema, mutation *ast.FieldDefinition, value func(name string, kind *ast.Type) (any, bool)) map[string]any {
	input := map[string]any{}
	for _, field := range schema.Types[mutation.Arguments[0].Type.Name()].Fields {
		leaf := func(kind *ast.Type) (any, bool) {
			if named := schema.Types[kind.Name()]; named.Kind == ast.Enum {
				return named.EnumValues[0].Name, true
			}
			return value(field.Name, kind)
		}
		if field.Type.Elem == nil {
			if v, ok := leaf(field.Type); ok && (field.Type.NonNull || field.Type.Name() == "String") {
				input[field.Name] = v
			}
			continue
		}
		if v, ok := leaf(field.Type.Elem); ok && field.Type.NonNull {
			input[field.Name] = []any{v}
		}
	}
	return input
}

// failure is an error of a payload.
type failure struct {
	Code, Message string
	Path          []string
}

// payload is the answer of a mutation.
type payload struct {
	Todo, List, Tag *thing
	Todos           []thing
	DeletedID       string
	Version         int32
	Errors          []failure
}

// thing is a list, todo or tag.
type thing struct {
	ID, Name, Title, Status, MyRole string
	Version                         int32
}

// do runs a mutation and returns its payload, which selects what is asked for
// beside the errors.
func (b *bundle) do(t testing.TB, caller identity.Claims, name, selection string, input map[string]any) payload {
	t.Helper()
	response := b.Do(t, caller, `mutation ($in: `+strings.ToUpper(name[:1])+name[1:]+`Input!) { it: `+name+`(input: $in) { `+selection+` errors { code path message } } }`,
		map[string]any{"in": input})
	response.WantCodes(t)
	var data struct{ It payload }
	if err := json.Unmarshal(response.Data, &data); err != nil {
		t.Fatalf("%v: %s", err, response.Data)
	}
	return data.It
}

// refused compares the codes and paths of a payload's errors: "CODE path.of.it".
func (p payload) refused(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for _, err := range p.Errors {
		got = append(got, err.Code+" "+strings.TrimPrefix(strings.Join(err.Path, "."), "input."))
		if err.Message == "" {
			t.Errorf("%s without a message", err.Code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s\n%+v", diff, p)
	}
}
