package graph_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/todos/graph"
)

// garbage is what clients send who mean harm, or do not know better.
func garbage() []string {
	return []string{
		"", " ", "x", "'; drop table todos; --", "' or '1'='1", "$1", "\\", "%", "null", "{}", "\x00", "\u0000", "\xff\xfe", "\u202e\u200b", "\u2028", "🦊",
		"tdl_", "tdo_00000000000000000000000000", "tdl_zzzzzzzzzzzzzzzzzzzzzzzzzz", "tag_0000000000000000000000000u", "usr_00000000000000000000000000",
		"00000000-0000-0000-0000-000000000000", "2026-07-15T12:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "-1", "99999999999999999999",
		strings.Repeat("a", 256), strings.Repeat("é", 10_001), strings.Repeat("tdo_", 20_000),
	}
}

// fuzzer makes inputs for every mutation, of real ids, garbage and one text.
type fuzzer struct {
	*bundle
	schema *ast.Schema
	home   home
	random *rand.Rand
	text   string
}

// value is a value of a type, mostly one that fits.
func (f *fuzzer) value(kind *ast.Type) any {
	if kind.Elem != nil {
		items := []any{}
		for range []int{0, 1, 1, 2, 3, 25, 120}[f.random.IntN(7)] {
			items = append(items, f.value(kind.Elem))
		}
		return items
	}
	if !kind.NonNull && f.random.IntN(6) == 0 {
		return nil
	}
	if named := f.schema.Types[kind.Name()]; named.Kind == ast.Enum && f.random.IntN(20) > 0 {
		return named.EnumValues[f.random.IntN(len(named.EnumValues))].Name
	}
	if kind.Name() == "Int" && f.random.IntN(10) > 0 {
		return f.random.IntN(6)
	}
	h := f.home
	texts := append([]string{f.text, f.text}, h.list, h.todo, h.tag, h.owner.Subject, h.viewer.Subject, h.stranger.Subject)
	if f.random.IntN(3) == 0 {
		texts = garbage()
	}
	return texts[f.random.IntN(len(texts))]
}

// input is one for a mutation, with some of the fields it can be without.
func (f *fuzzer) input(mutation *ast.FieldDefinition) map[string]any {
	input := map[string]any{}
	for _, field := range f.schema.Types[mutation.Arguments[0].Type.Name()].Fields {
		if field.Type.NonNull && field.DefaultValue == nil || f.random.IntN(2) == 0 {
			input[field.Name] = f.value(field.Type)
		}
		// What the mutation is about is mostly there.
		if id := map[string]string{"listId": f.home.list, "id": f.home.todo, "userId": f.home.viewer.Subject}[field.Name]; id != "" && f.random.IntN(4) > 0 {
			input[field.Name] = id
			if strings.Contains(mutation.Name, "TodoList") {
				input[field.Name] = f.home.list
			} else if strings.HasSuffix(mutation.Name, "Tag") && field.Name == "id" {
				input[field.Name] = f.home.tag
			}
		}
	}
	return input
}

// try sends one mutation. Whatever it was, the answer is a payload that says what
// is wrong, or an error about a value that is none of its type.
func (f *fuzzer) try(t testing.TB) {
	t.Helper()
	mutation := f.schema.Mutation.Fields[f.random.IntN(len(f.schema.Mutation.Fields))]
	input := f.input(mutation)
	callers := []identity.Claims{f.home.owner, f.home.owner, f.home.editor, f.home.viewer, f.home.stranger, {Subject: f.text}}
	response := f.Do(t, callers[f.random.IntN(len(callers))], mutate(mutation), map[string]any{"in": input})
	for _, code := range response.Codes() {
		if !slices.Contains([]string{"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"}, code) {
			text, _ := json.Marshal(input)
			t.Errorf("%s of %.2000s: %+v", mutation.Name, text, response.Errors)
		}
	}
	if strings.Contains(string(response.Data), `"it":{`) && len(response.Errors) > 0 {
		t.Errorf("%s: data and errors: %s", mutation.Name, response.Data)
	}
}

// renew makes a home again if what was tried has taken it down.
func (f *fuzzer) renew(t testing.TB) {
	t.Helper()
	response := f.Do(t, f.home.owner, `query ($l: ID!, $t: ID!) { todoList(id: $l) { myRole tags { id } } todo(id: $t) { id } }`, map[string]any{"l": f.home.list, "t": f.home.todo})
	if s := string(response.Data); !strings.Contains(s, `"OWNER"`) || !strings.Contains(s, f.home.tag) || !strings.Contains(s, f.home.todo) {
		f.home = f.bundle.home(t)
	}
}

func newFuzzer(t testing.TB) *fuzzer {
	f := &fuzzer{bundle: setup(t), schema: graph.NewExecutableSchema(graph.Config{}).Schema()}
	f.home = f.bundle.home(t)
	return f
}

// TestMutationsTakeAnything sends many random inputs, and looks at what they have
// left behind.
func TestMutationsTakeAnything(t *testing.T) {
	t.Parallel()
	f := newFuzzer(t)
	f.random = rand.New(rand.NewPCG(6, 2))
	for i := range 800 {
		f.text = garbage()[i%len(garbage())]
		if i%2 == 0 {
			f.text = string(rune(f.random.IntN(0x11000)))
		}
		f.try(t)
		f.renew(t)
	}
	f.consistent(t)
}

// FuzzMutations sends ten mutations that a seed chooses, with a text anywhere in them.
func FuzzMutations(f *testing.F) {
	for i, text := range garbage() {
		f.Add(uint64(i), text)
	}
	z := newFuzzer(f)
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		z.random, z.text = rand.New(rand.NewPCG(seed, 0)), text
		for range 10 {
			z.try(t)
		}
		z.renew(t)
		z.consistent(t)
	})
}
