package operation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/supergraph"
)

func load(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	text, err := os.ReadFile("testdata/pets.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	s, err := supergraph.Parse("pets.graphqls", string(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show prints a normal form: a field a line, with its types and condition.
func show(set *operation.SelectionSet, indent string) string {
	var b strings.Builder
	for _, f := range set.Fields {
		b.WriteString(indent + f.Key)
		if f.Key != f.Name {
			b.WriteString(": " + f.Name)
		}
		if f.Types != nil {
			b.WriteString(" on " + strings.Join(f.Types, ","))
		}
		if f.Condition != nil {
			fmt.Fprintf(&b, " if %v", f.Condition)
		}
		b.WriteString("\n")
		if f.Selections != nil {
			b.WriteString(show(f.Selections, indent+"  "))
		}
	}
	return b.String()
}

func TestNormalForm(t *testing.T) {
	t.Parallel()
	s := load(t)
	for _, tt := range []struct{ name, text, want string }{
		{"fragments are inlined", `{ pet { ...A ... on Dog { bark } } } fragment A on Pet { name ... on Cat { meow } }`, `
pet
  name
  meow on Cat
  bark on Dog`},
		{"fields of one object are merged", `{ dog { friend { name } friend { id } name } dog { name } }`, `
dog
  friend
    name
    id
  name`},
		{"types with the same parts share a field", `{ pet { friend { id } ... on Dog { friend { name } } } }`, `
pet
  friend on Cat,Fish
    id
  friend on Dog
    id
    name`},
		{"a fragment on all types is none", `{ pet { ... on Node { id } ... on Pet { name } } dog { ... on Node { id } ... on Pet { id } } }`, `
pet
  id
  name
dog
  id`},
		{"__typename stays in its place", `{ __typename dog { name kind: __typename } }`, `
__typename
dog
  name
  kind: __typename`},
		{"literal conditions are folded", `{ dog @skip(if: false) { name @include(if: false) id @include(if: true) } pet @skip(if: true) { name } }`, `
dog
  id`},
		{"conditions are inherited and joined by or", `query ($x: Boolean!, $y: Boolean!) { ... @include(if: $x) { dog { name } } dog @skip(if: $y) { id } }`, `
dog if [[{x true}] [{y false}]]
  name if [[{x true}]]
  id if [[{y false}]]`},
		{"a condition is not repeated below", `query ($x: Boolean!) { dog @include(if: $x) { name ... @include(if: $x) { id } } }`, `
dog if [[{x true}]]
  name
  id`},
		{"conditions that exclude each other select nothing", `query ($x: Boolean!) { dog { id name @include(if: $x) @skip(if: $x) } }`, `
dog
  id`},
		{"a choice of both is none", `query ($x: Boolean!) { dog { name @include(if: $x) name @skip(if: $x) } }`, `
dog
  name`},
		{"introspection is part of the root", `{ __schema { queryType { name } } dog { id } }`, `
__schema
  queryType
    name
dog
  id`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			op, err := operation.New(tt.text, "", s, operation.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(tt.want), strings.TrimSpace(show(op.Root, ""))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// report gives the code, place and message of the first error.
func report(t *testing.T, err error) string {
	t.Helper()
	var list gqlerror.List
	if !errors.As(err, &list) || len(list) == 0 {
		t.Fatalf("not a list of errors: %v", err)
	}
	place := ""
	if len(list[0].Locations) > 0 {
		place = fmt.Sprintf(" %d:%d", list[0].Locations[0].Line, list[0].Locations[0].Column)
	}
	return fmt.Sprintf("%v%s: %s", list[0].Extensions["code"], place, list[0].Message)
}

func TestDefersAreThoseOfTheInnermostFragment(t *testing.T) {
	t.Parallel()
	s := load(t)
	const text = `query($v: Boolean!) {
  dog {
    id
    ... @defer(label: "slow") { bark id friends { id ... @defer(if: $v) { name } } }
    ...F @defer
    ... @defer(if: false) { friend { id } }
    friend { ... @defer(label: "friend") { id name } }
  }
}
fragment F on Dog { bark ... @defer(label: "inner") { friends { id bark } name } }`
	op, err := operation.New(text, "", s, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, d := range op.Defers {
		lines = append(lines, fmt.Sprintf("%d in %d at %s %s%s", i, d.Parent, strings.Join(d.Path, "."), d.Label, d.If))
	}
	var list func(set *operation.SelectionSet, indent string)
	list = func(set *operation.SelectionSet, indent string) {
		for _, f := range set.Fields {
			lines = append(lines, fmt.Sprintf("%s%s %v", indent, f.Key, f.Defers))
			if f.Selections != nil {
				list(f.Selections, indent+"  ")
			}
		}
	}
	list(op.Root, "")
	if diff := cmp.Diff(`0 in -1 at dog slow
1 in -1 at dog 
2 in 1 at dog inner
3 in 0 at dog.friends.@ v
4 in -1 at dog.friend friend
dog []
  id []
  bark [0 1]
  friends [0 2]
    id [0 2]
    name [3]
    bark [2]
  name [2]
  friend []
    id []
    name [4]`, strings.Join(lines, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	s := load(t)
	for _, tt := range []struct{ name, text, operation, want string }{
		{"syntax errors", "{ dog {", "", "PARSING_ERROR 1:8: Expected Name, found <EOF>"},
		{"an empty document", "", "", "GRAPHQL_UNKNOWN_OPERATION_NAME: the document contains no operation"},
		{"unknown fields", "{ dog { wings } }", "", `GRAPHQL_VALIDATION_FAILED 1:9: Cannot query field "wings" on type "Dog".`},
		{"names that are almost right", "{ dog { idd } }", "", `GRAPHQL_VALIDATION_FAILED 1:9: Cannot query field "idd" on type "Dog".`},
		{"unknown fragments", "{ dog { ...F } }", "", `GRAPHQL_VALIDATION_FAILED 1:12: Unknown fragment "F".`},
		{"fragments in themselves", "{ dog { ...F } } fragment F on Dog { ...F }", "", `GRAPHQL_VALIDATION_FAILED 1:41: Cannot spread fragment "F" within itself.`},
		{"unknown operations", "query A { dog { id } }", "B", `GRAPHQL_UNKNOWN_OPERATION_NAME: the document contains no operation named "B"`},
		{"a choice that nobody makes", "query A { dog { id } } query B { dog { id } }", "", "GRAPHQL_UNKNOWN_OPERATION_NAME: the document contains several operations: operationName must say which one is meant"},
		{"documents without operations", "fragment F on Dog { id }", "", `GRAPHQL_VALIDATION_FAILED 1:1: Fragment "F" is never used.`},
		{"different fields under one key", "{ pet { ... on Dog { a: bark } ... on Cat { a: id } } }", "", `GRAPHQL_VALIDATION_FAILED 1:22: fields "a" conflict because they return conflicting types String and ID!; use different aliases to fetch both`},
		{"@defer on fields", "{ dog { id @defer } }", "", `GRAPHQL_VALIDATION_FAILED 1:13: Directive "@defer" may not be used on FIELD.`},
		{"@defer with a label that differs from request to request", "query($l: String) { dog { ... @defer(label: $l) { id } } }", "", "GRAPHQL_VALIDATION_FAILED 1:32: the label of @defer cannot be a variable"},
		{"@defer with a label twice", `{ dog { ... @defer(label: "a") { id } ... @defer(label: "a") { name } } }`, "", `GRAPHQL_VALIDATION_FAILED 1:44: the label "a" of @defer is there twice`},
		{"@defer with other types", `{ dog { ... @defer(if: 1) { id } } }`, "", `GRAPHQL_VALIDATION_FAILED 1:24: Boolean cannot represent a non boolean value: 1`},
		{"@stream", "{ dog { friends @stream { id } } }", "", "UNSUPPORTED_FEATURE 1:18: @stream is not supported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := operation.New(tt.text, tt.operation, s, operation.Limits{})
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, report(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// numbered repeats a pattern with a number in place of each "#".
func numbered(count int, pattern string) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(strings.ReplaceAll(pattern, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// A hostile document must cost no more than an ordinary one: each of these would
// take minutes or exhaust the stack if its limit came too late.
func TestNewBoundsItsWork(t *testing.T) {
	t.Parallel()
	s := load(t)
	bomb := "{ dog { ...F0 } }"
	for i := range 30 {
		bomb += fmt.Sprintf(" fragment F%d on Dog { a%d: friend { ...F%d } b%d: friend { ...F%d } }", i, i, i+1, i, i+1)
	}
	bomb += " fragment F30 on Dog { id }"
	for _, tt := range []struct{ name, text, want string }{
		{"tokens", "{" + strings.Repeat(" id", 20_000) + " }", "PARSING_ERROR 1:45000: the document has more than 15000 tokens"},
		{"selection sets", strings.Repeat("{ dog ", 600) + strings.Repeat("}", 600), "PARSING_ERROR 1:3001: the document nests more than 500 levels deep"},
		{"lists", "{ dog(a: " + strings.Repeat("[", 600), "PARSING_ERROR 1:509: the document nests more than 500 levels deep"},
		{"many spreads of one fragment", "{" + strings.Repeat(" ...F", 5000) + " } fragment F on Query { dog { id } pet { id } " + strings.Repeat(" dog { id }", 500) + " }", "PARSING_ERROR"},
		{"fragments", bomb, "PARSING_ERROR"},
		{"aliases", "{ dog {" + numbered(10_000, " a#: id") + " } }", "PARSING_ERROR 1:48889: the document has more than 15000 tokens"},
		{"fragments that are not there", "{ dog {" + numbered(3500, " ...F#") + " } }", `GRAPHQL_VALIDATION_FAILED 1:12: Unknown fragment "F0".`},
		{"fields that are not there", "{ dog {" + numbered(7000, " x#") + " } }", `GRAPHQL_VALIDATION_FAILED 1:9: Cannot query field "x0"`},
		{"one field again and again", "{ dog {" + strings.Repeat(" id", 14_990) + " wings } }", "GRAPHQL_VALIDATION_FAILED"},
		{"one key for many fields", "{ dog {" + strings.Repeat(" a: id a: name", 2400) + " } }", `GRAPHQL_VALIDATION_FAILED 1:9: fields "a" conflict because "id" and "name" are different fields`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := operation.New(tt.text, "", s, operation.Limits{})
			if err == nil {
				t.Fatal("no error")
			}
			if got := report(t, err); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	s := load(t)
	for _, tt := range []struct{ name, declared, given, want, err string }{
		{name: "given values stay as they are", declared: "$a: Int, $b: Float, $c: Any", given: `{"a":1,"b":1.10,"c":{"x":[12345678901234567890]}}`, want: `{"a":1,"b":1.10,"c":{"x":[12345678901234567890]}}`},
		{name: "defaults", declared: `$a: Int = 5, $f: Filter = {names: ["x"], size: 1.5e3}`, given: `{}`, want: `{"a":5,"f":{"names":["x"],"size":1.5e3}}`},
		{name: "null is not absent", declared: "$a: Int = 5", given: `{"a":null}`, want: `{"a":null}`},
		{name: "undeclared values are left out", declared: "$a: Int", given: `{"b":1}`, want: `{}`},
		{name: "a single value stands for a list", declared: "$l: [Int!]", given: `{"l":3}`, want: `{"l":3}`},
		{name: "ids", declared: "$i: ID!, $j: ID", given: `{"i":7,"j":"x"}`, want: `{"i":7,"j":"x"}`},
		{name: "missing", declared: "$a: Int!", given: `{}`, err: "invalid value for variable $a of type Int!: it is required"},
		{name: "null", declared: "$a: Int!", given: `{"a":null}`, err: "invalid value for variable $a of type Int!: null is not allowed"},
		{name: "wrong scalar", declared: "$a: Int", given: `{"a":"1"}`, err: `invalid value for variable $a of type Int: "1" is not of type Int`},
		{name: "too large", declared: "$a: Int", given: `{"a":2147483648}`, err: `invalid value for variable $a of type Int: 2147483648 is not of type Int`},
		{name: "enum", declared: "$s: Size", given: `{"s":"HUGE"}`, err: `invalid value for variable $s of type Size: "HUGE" is not a value of Size`},
		{name: "inaccessible enum value", declared: "$s: Size", given: `{"s":"HIDDEN"}`, err: `invalid value for variable $s of type Size: "HIDDEN" is not a value of Size`},
		{name: "unknown input field", declared: "$f: Filter", given: `{"f":{"names":[],"z":1,"y":2}}`, err: `invalid value for variable $f of type Filter: Filter has no field "y"`},
		{name: "inside", declared: "$f: Filter", given: `{"f":{"names":["a",null]}}`, err: `invalid value for variable $f of type Filter: at names[1]: null is not allowed`},
		{name: "missing input field", declared: "$f: Filter", given: `{"f":{}}`, err: `invalid value for variable $f of type Filter: at names: a value of type [String!]! is required`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			uses := ""
			for _, part := range strings.Split(tt.declared, ", $") {
				name := strings.TrimPrefix(strings.SplitN(part, ":", 2)[0], "$")
				arg := map[string]string{"a": "int", "b": "float", "c": "any", "l": "ints", "i": "id", "j": "id", "s": "size", "f": "filter"}[name]
				uses += fmt.Sprintf(" u%s: echo(%s: $%s)", name, arg, name)
			}
			op, err := operation.New("query ("+tt.declared+") {"+uses+" }", "", s, operation.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var raw map[string]json.RawMessage
			if err := json.Unmarshal([]byte(tt.given), &raw); err != nil {
				t.Fatal(err)
			}
			got, err := op.Variables(raw)
			if tt.err != "" {
				if err == nil {
					t.Fatal("no error")
				}
				if diff := cmp.Diff(operation.CodeInvalidVariable+" 1:", report(t, err)[:len(operation.CodeInvalidVariable)+3]); diff != "" {
					t.Error(diff)
				}
				var list gqlerror.List
				errors.As(err, &list)
				if diff := cmp.Diff(tt.err, list[0].Message); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	s := load(b)
	const text = `query Q($x: Boolean!) { dog { id name friend { ...F } } pet { name ... on Cat { meow } ... on Dog { bark @include(if: $x) friend { ...F } } } } fragment F on Dog { id name bark }`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := operation.New(text, "", s, operation.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzNew(f *testing.F) {
	for _, seed := range []string{
		"{ dog { id } }", "query A($x: Boolean!) { pet { ...F @include(if: $x) } } fragment F on Dog { bark }",
		"{ __schema { types { name } } }", "mutation { a }", "{ dog { ...F } } fragment F on Dog { ...F }", "{ a(b: [1, {c: $d}]) }", "\x00{", `{ echo(id: "\u00e9") }`,
	} {
		f.Add(seed)
	}
	s := load(f)
	f.Fuzz(func(t *testing.T, text string) {
		op, err := operation.New(text, "", s, operation.Limits{})
		if err != nil {
			var list gqlerror.List
			if !errors.As(err, &list) || len(list) == 0 || list[0].Extensions["code"] == nil {
				t.Errorf("an error without code: %v", err)
			}
			return
		}
		if op.Root == nil || len(op.Root.Fields) == 0 && !strings.Contains(text, "@") {
			t.Errorf("%q selects nothing", text)
		}
	})
}

// Operations have one key exactly if they mean the same.
func TestKeyIsThatOfTheNormalForm(t *testing.T) {
	t.Parallel()
	s := load(t)
	seen := map[string]string{}
	for name, texts := range map[string][]string{
		"layout":      {`{ dog { id name } }`, "query{dog{id,name}}", `{ ...F } fragment F on Query { dog { ... on Dog { id } name id } }`, `{ dog { id name @include(if: true) bark @skip(if: true) } }`},
		"order":       {`{ dog { name id } }`},
		"name":        {`query Q { dog { id name } }`, `query Q { dog { id ... { name } } }`},
		"variable":    {`query Q($a: Boolean!) { dog { id name @include(if: $a) } }`},
		"skip":        {`query Q($a: Boolean!) { dog { id name @skip(if: $a) } }`},
		"default":     {`query Q($a: Boolean! = true) { dog { id name @skip(if: $a) } }`},
		"alias":       {`{ dog { id name: id } }`},
		"types":       {`{ pet { id ... on Dog { bark } } }`, `{ pet { id ...F } } fragment F on Dog { bark }`},
		"other types": {`{ pet { ... on Dog { id bark } } }`},
	} {
		for i, text := range texts {
			op, err := operation.New(text, "", s, operation.Limits{})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			other, known := seen[op.Key()]
			if known && other != name || !known && i > 0 {
				t.Errorf("%s: the key %s is that of %q", text, op.Key(), other)
			}
			seen[op.Key()] = name
		}
	}
}
