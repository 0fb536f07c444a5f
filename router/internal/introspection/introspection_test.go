package introspection

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// TestAnswersAreThoseOfGraphQLJS compares with data that graphql-js made of the
// same schema and query.
func TestAnswersAreThoseOfGraphQLJS(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]string{}
			for _, f := range archive.Files {
				section[f.Name] = string(f.Data)
			}
			var variables map[string]any
			if text := section["variables.json"]; text != "" {
				if err := json.Unmarshal([]byte(text), &variables); err != nil {
					t.Fatal(err)
				}
			}
			got, err := New(load(t, section["schema.graphqls"])).Execute(section["query.graphql"], variables)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(comparable(t, []byte(section["data.json"])), comparable(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func load(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// comparable decodes an answer and takes away what may differ: the order of
// types and directives, which the specification leaves open, the descriptions of
// built-in elements, which are the parser's, and the insides of the
// introspection types, where graphql-js is ahead of the specification (deprecated
// directives).
func comparable(t *testing.T, text []byte) any {
	t.Helper()
	var answer any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	schema, _ := answer.(map[string]any)["data"].(map[string]any)["__schema"].(map[string]any)
	for _, name := range []string{"types", "directives"} {
		elements, _ := schema[name].([]any)
		slices.SortFunc(elements, func(a, b any) int { return strings.Compare(nameOf(a), nameOf(b)) })
		for _, element := range elements {
			if builtIn(nameOf(element)) {
				removeDescriptions(element)
			}
			if strings.HasPrefix(nameOf(element), "__") {
				delete(element.(map[string]any), "fields")
				delete(element.(map[string]any), "enumValues")
			}
			if possible, ok := element.(map[string]any)["possibleTypes"].([]any); ok {
				slices.SortFunc(possible, func(a, b any) int { return strings.Compare(nameOf(a), nameOf(b)) })
			}
		}
	}
	return answer
}

func nameOf(element any) string {
	name, _ := element.(map[string]any)["name"].(string)
	return name
}

func builtIn(name string) bool {
	return strings.HasPrefix(name, "__") || slices.Contains([]string{
		"Int", "Float", "String", "Boolean", "ID", "skip", "include", "deprecated", "specifiedBy", "oneOf",
	}, name)
}

func removeDescriptions(value any) {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "description")
		for _, child := range v {
			removeDescriptions(child)
		}
	case []any:
		for _, child := range v {
			removeDescriptions(child)
		}
	}
}

const small = `type Query { a(of: Box): Int } input Box { of: Opaque = {b: {c: [1, ENUM, null]}, d: """block "text" """} } scalar Opaque`

func TestKeysComeInTheOrderOfTheSelection(t *testing.T) {
	t.Parallel()
	got, err := New(load(t, small)).Execute(`{b:__type(name:"Query"){z:name kind} a:__typename}`, nil)
	want := `{"data":{"b":{"z":"Query","kind":"OBJECT"},"a":"Query"}}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestDefaultsOfScalarsAreWrittenAsLiterals(t *testing.T) {
	t.Parallel()
	got, err := New(load(t, small)).Execute(`{__type(name:"Box"){inputFields{defaultValue}}}`, nil)
	want := `{"data":{"__type":{"inputFields":[{"defaultValue":"{b: {c: [1, ENUM, null]}, d: \"block \\\"text\\\" \"}"}]}}}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestDeferIsNotAdvertised(t *testing.T) {
	t.Parallel()
	got, err := New(load(t, small)).Execute(`{__schema{directives{name}}}`, nil)
	if err != nil || strings.Contains(string(got), "defer") || !strings.Contains(string(got), "include") {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestWhatWouldGrowWithoutBoundIsRefused(t *testing.T) {
	t.Parallel()
	var aliases strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&aliases, "a%d:description ", i)
	}
	for _, c := range []struct{ name, document, code string }{
		{"lists of lists of lists", `{__schema{types{fields{type{fields{type{fields{name}}}}}}}}`, CodeValidation},
		{"through a type", `{__type(name:"Query"){interfaces{possibleTypes{inputFields{name}}}}}`, CodeValidation},
		{"through fragments", `{__type(name:"Query"){...A}} fragment A on __Type{fields{type{...B}}} fragment B on __Type{fields{type{fields{name}}}}`, CodeValidation},
		{"fragment of itself", `{__type(name:"Query"){...A}} fragment A on __Type{ofType{...A}}`, CodeValidation},
		{"fields that are not shown", `{__schema{types{fields{type{fields{args{` + strings.ReplaceAll(aliases.String(), "description", "name @skip(if:true)") + `}}}}}}}`, CodeTooLarge},
		{"aliases", `{__schema{types{fields{type{fields{args{` + aliases.String() + `}}}}}}}`, CodeTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := New(load(t, large()))
			i.maxBytes, i.maxVisited = 1<<20, 1<<18 // less than in production, for the sake of time
			_, err := i.Execute(c.document, nil)
			var got *gqlerror.Error
			if !errors.As(err, &got) || got.Extensions["code"] != c.code || len(got.Locations) != 1 {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// large is a schema of many fields.
func large() string {
	var sdl strings.Builder
	sdl.WriteString("type Query {")
	for i := range 60 {
		fmt.Fprintf(&sdl, "f%d(a: Int): Query\n", i)
	}
	sdl.WriteString("}")
	return sdl.String()
}

func TestRepeatedExecutionIsTheSame(t *testing.T) {
	t.Parallel()
	schema := load(t, small)
	first, err := New(schema).Execute(`{__schema{types{name} directives{name}}}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := New(schema).Execute(`{__schema{types{name} directives{name}}}`, nil)
		if err != nil || string(again) != string(first) {
			t.Fatalf("got %s, %v; first %s", again, err, first)
		}
	}
}
