package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// roles are the columns of the matrix, in their order. Viewer, editor and owner
// are members of one list, the others are not.
var roles = []string{"anonymous", "stranger", "viewer", "editor", "owner", "administrator"}

// What a field can be to somebody, beside the code of an error.
const (
	shown  = "shown"  // it has a value
	zero   = "zero"   // the value is the number 0
	empty  = "empty"  // the value is a list without items
	null   = "null"   // it is null, and there is no error
	hidden = "hidden" // what it belongs to is null, or has no items, and there is no error
	done   = "done"   // of a mutation: it was carried out
)

// fieldsByRole asks for every field of the API as everybody: in each place
// where its type is reached (reaches), and compares what they get with
// testdata/matrix.txt. A field without a row there, and a type that is not
// reached, fails the test. What somebody may not see looks like what does not exist.
func (w *town) fieldsByRole(t *testing.T) {
	schema := apiSchema(t)
	rows := readMatrix(t)
	m := newMatrix(t, w)
	for _, coordinate := range coordinates(schema) {
		definition := schema.Types[coordinate[0]]
		field := definition.Fields.ForName(coordinate[1])
		name := strings.Join(coordinate, ".")
		operations := m.operations(schema, definition, field)
		if len(operations) == 0 {
			t.Errorf("%s: the matrix does not know how to ask for it: add its type to reaches, or the field to arguments", name)
			continue
		}
		for _, operation := range operations {
			key := name
			if _, own := rows[name+"@"+operation.reach]; own {
				key += "@" + operation.reach
			}
			want, known := rows[key]
			got := m.ask(t, operation)
			m.compareWithMissing(t, operation)
			switch {
			case !known:
				t.Errorf("%s has no row in testdata/matrix.txt. Reached by %s it is\n%s %s", name, operation.reach, name, strings.Join(got, " "))
			case !slices.Equal(got, want.outcomes):
				t.Errorf("%s, reached by %s:\ngot  %s\nwant %s\n%s", key, operation.reach, strings.Join(got, " "), strings.Join(want.outcomes, " "), operation.text)
			}
			if known {
				want.used = true
			}
		}
	}
	proven := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		row := rows[name]
		if !row.used {
			t.Errorf("testdata/matrix.txt:%d: the API has no %s", row.line, name)
		}
		field, _, _ := strings.Cut(name, "@")
		for _, outcome := range row.outcomes {
			// There are mutations that nothing is ever wrong with.
			some := outcome == shown || outcome == done || outcome == empty && strings.HasSuffix(field, ".errors")
			proven[field] = proven[field] || some
		}
	}
	for field, is := range proven {
		if !is {
			t.Errorf("testdata/matrix.txt: nobody is shown %s anywhere, which proves nothing", field)
		}
	}
}

// apiSchema is the API schema as the shipped program composes it.
func apiSchema(t *testing.T) *ast.Schema {
	t.Helper()
	text, stderr, code := call(t, "weft", "", "compose", "--config", "schema/supergraph.yaml", "--api")
	if code != 0 {
		t.Fatal(stderr)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "api.graphqls", Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// coordinates are the fields of a schema's objects and interfaces: type, field.
func coordinates(schema *ast.Schema) (found [][]string) {
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		definition := schema.Types[name]
		if definition.BuiltIn || definition.Kind != ast.Object && definition.Kind != ast.Interface {
			continue
		}
		for _, field := range definition.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				found = append(found, []string{name, field.Name})
			}
		}
	}
	return found
}

// matrixRow is a line of testdata/matrix.txt.
type matrixRow struct {
	line     int
	outcomes []string // by role
	used     bool
}

// readMatrix reads testdata/matrix.txt: "Type.field" or "Type.field@reach" and an
// outcome for each role.
func readMatrix(t *testing.T) map[string]*matrixRow {
	t.Helper()
	file, err := os.Open("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := map[string]*matrixRow{}
	scanner := bufio.NewScanner(file)
	for line := 1; scanner.Scan(); line++ {
		fields := strings.Fields(scanner.Text())
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
		case len(fields) != 1+len(roles) || rows[fields[0]] != nil:
			t.Fatalf("testdata/matrix.txt:%d: want a field that has no row yet, and %d outcomes", line, len(roles))
		default:
			rows[fields[0]] = &matrixRow{line: line, outcomes: fields[1:]}
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// matrixOperation asks for one field; what is in braces is filled in (matrix.fill).
type matrixOperation struct {
	reach    string
	text     string
	mutation bool // the field is one
}

// operations are those that ask for a field, as "it": one for each place where its
// type is reached, or for each of the arguments that it needs.
func (m *matrix) operations(schema *ast.Schema, definition *ast.Definition, field *ast.FieldDefinition) (found []matrixOperation) {
	result := schema.Types[field.Type.Name()]
	places, given := reaches[definition.Name], arguments[definition.Name+"."+field.Name]
	selection := ""
	if result.IsCompositeType() {
		selection = " { __typename }"
	}
	switch definition {
	case schema.Query:
		places = []place{{"", "{ <> }"}}
	case schema.Mutation:
		places = []place{{"", "mutation { <> }"}}
		if result.Fields.ForName("errors") != nil {
			selection = " { errors { code } }"
		}
	}
	if given == nil {
		if slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
			return nil
		}
		given = []place{{"", ""}}
	}
	for _, where := range places {
		for _, about := range given {
			found = append(found, matrixOperation{
				reach: where.name + about.name, text: strings.Replace(where.text, "<>", "it: "+field.Name+about.text+selection, 1),
				mutation: definition == schema.Mutation,
			})
		}
	}
	return found
}

// placeholder is what is filled in: "{todo}", or "{+todo}" for a new one.
var placeholder = regexp.MustCompile(`\{(\+?)(\w+)\}`)

// ask returns what an operation gives everybody.
func (m *matrix) ask(t *testing.T, operation matrixOperation) (outcomes []string) {
	t.Helper()
	for _, role := range roles {
		caller := m.callers[role]
		if ending.MatchString(operation.text) {
			caller = m.newcomer(t, role)
		}
		text := placeholder.ReplaceAllStringFunc(operation.text, func(match string) string {
			return strconv.Quote(m.thing(t, caller, match))
		})
		outcomes = append(outcomes, outcomeOf(m.send(t, caller, text).graphQL, operation.mutation))
	}
	return outcomes
}

// compareWithMissing asks as a stranger for the todos, lists and tags of others, and
// for some that do not exist: the answers must not differ.
func (m *matrix) compareWithMissing(t *testing.T, operation matrixOperation) {
	t.Helper()
	if !private.MatchString(operation.text) {
		return
	}
	stranger := m.callers["stranger"]
	var answers [2]string
	for i := range answers {
		var named []string
		text := placeholder.ReplaceAllStringFunc(operation.text, func(match string) string {
			thing := m.thing(t, stranger, match)
			if private.MatchString(match) {
				if i == 1 {
					thing = missing(thing)
				}
				named = append(named, thing)
			}
			return strconv.Quote(thing)
		})
		answer, err := json.Marshal(m.send(t, stranger, text))
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = string(answer)
		for _, thing := range named {
			answers[i] = strings.ReplaceAll(answers[i], thing, "ID")
		}
	}
	if answers[0] != answers[1] {
		t.Errorf("a stranger can tell what exists by\n%s\nof others'   %s\nof nobody's %s", operation.text, answers[0], answers[1])
	}
}

// private are the placeholders of what nobody but members of a list may know of, or
// nobody but one.
var private = regexp.MustCompile(`\{\+?(todo|list|tag|deleted|session)\}|\{(notification)\}`)

// missing returns an id of the same kind that nothing has.
func missing(id string) string {
	middle := len(id) - 8
	other := "0"
	if id[middle] == '0' {
		other = "1"
	}
	return id[:middle] + other + id[middle+1:]
}

// outcomeOf says in a word what a response gives as "it": the most of what its
// several places give.
func outcomeOf(response graphQL, mutation bool) string {
	values := every(response.Data)
	if len(response.Errors) > 0 {
		code, _ := response.Errors[0].Extensions["code"].(string)
		if slices.ContainsFunc(values, func(v any) bool { return v != nil }) {
			code += "+data"
		}
		return code
	}
	ascending := []string{hidden, null, empty, zero, shown}
	most := 0
	for _, value := range values {
		if object, isObject := value.(map[string]any); isObject && mutation {
			if errors, _ := object["errors"].([]any); len(errors) > 0 {
				first, _ := errors[0].(map[string]any)
				return fmt.Sprint(first["code"])
			}
			return done
		}
		most = max(most, slices.Index(ascending, kindOf(value)))
	}
	return ascending[most]
}

// kindOf says in a word what a value is.
func kindOf(value any) string {
	switch value := value.(type) {
	case nil:
		return null
	case float64:
		if value == 0 {
			return zero
		}
	case []any:
		if len(value) == 0 {
			return empty
		}
	}
	return shown
}

// every returns the values of all "it" in data.
func every(data any) (found []any) {
	switch data := data.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(data)) {
			if key == "it" {
				found = append(found, data[key])
			} else {
				found = append(found, every(data[key])...)
			}
		}
	case []any:
		for _, item := range data {
			found = append(found, every(item)...)
		}
	}
	return found
}
