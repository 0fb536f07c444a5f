package operation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// shapes is a schema in which fields of one name differ from type to type.
const shapes = `
type Query { pet: Pet, dog: Dog, cat: Cat, any: Any }
interface Pet { name: String, size(unit: Unit, in: In): Int, friend: Pet, same: Dog }
type Dog implements Pet { name: String, size(unit: Unit, in: In): Int, friend: Pet, same: Dog, age: Int, tag: String!, list: [Int], home: Cat }
type Cat implements Pet { name: String, size(unit: Unit, in: In): Int, friend: Pet, same: Dog, age: String, tag: String, list: [[Int]], home: Dog }
type Stone { name: Int, age: Int }
union Any = Dog | Cat | Stone
enum Unit { CM INCH }
input In { a: Int, b: Int }
`

// randomSelections writes selections on a type with few response keys, so that
// many fields meet.
func randomSelections(r *rand.Rand, schema *ast.Schema, typ string, depth int, fragments *[]string) string {
	var b strings.Builder
	def := schema.Types[typ]
	for range 1 + r.IntN(4) {
		types := []string{"Dog", "Cat", "Pet", "Any"}
		switch k := r.IntN(10); {
		case k < 3 && typ != "Query" && depth > 0:
			on := types[r.IntN(len(types))]
			text := " on " + on + " {" + randomSelections(r, schema, on, depth-1, fragments) + " }"
			if r.IntN(2) == 0 {
				b.WriteString(" ..." + text)
				continue
			}
			name := fmt.Sprintf("F%d", len(*fragments))
			*fragments = append(*fragments, "fragment "+name+text)
			b.WriteString(" ..." + name)
		case def.Kind == ast.Union || k == 3:
			b.WriteString([]string{" __typename", " a: __typename"}[r.IntN(2)])
		default:
			f := def.Fields[r.IntN(len(def.Fields))]
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			alias := []string{"", "a: ", "b: ", "name: "}[r.IntN(4)]
			arguments := ""
			if f.Name == "size" {
				arguments = []string{"", "(unit: CM)", "(unit: INCH)", "(in: {a: 1, b: 2})", "(in: {b: 2, a: 1})"}[r.IntN(5)]
			}
			text := " " + alias + f.Name + arguments
			if t := schema.Types[f.Type.Name()]; t.IsCompositeType() {
				if depth == 0 {
					continue
				}
				text += " {" + randomSelections(r, schema, t.Name, depth-1, fragments) + " }"
			}
			b.WriteString(text)
		}
	}
	return b.String() + " __typename"
}

// The check agrees with the one that compares all pairs of fields.
func TestMergingIsWhatTheSpecificationSays(t *testing.T) {
	t.Parallel()
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "shapes", Input: shapes})
	if err != nil {
		t.Fatal(err)
	}
	pairs := &rules.Rules{}
	pairs.AddRule(rules.OverlappingFieldsCanBeMergedRule.Name, rules.OverlappingFieldsCanBeMergedRule.RuleFunc)
	counts := map[bool]int{}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var fragments []string
		text := "{" + randomSelections(r, schema, "Query", 3, &fragments) + " } " + strings.Join(fragments, " ")
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if errs := validator.ValidateWithRules(schema, doc, validationRules()); len(errs) > 0 {
			continue // a fragment where it cannot be spread
		}
		want := len(validator.ValidateWithRules(schema, doc, pairs)) > 0
		counts[want]++
		if got := newMerging(1_000_000).check(doc); (len(got) > 0) != want {
			t.Fatalf("seed %d: conflicts: %t, got %v\n%s", seed, want, got, text)
		}
	}
	if counts[true] < 150 || counts[false] < 150 {
		t.Errorf("with conflicts and without: %v", counts)
	}
}

func repeated(count int, pattern string) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(strings.NewReplacer("#", fmt.Sprint(i), "@", fmt.Sprint(i+1)).Replace(pattern))
	}
	return b.String()
}

// What the check looks at grows with the document, not with the square of it.
func TestMergingLooksAtEachFieldAFewTimes(t *testing.T) {
	t.Parallel()
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "shapes", Input: shapes})
	if err != nil {
		t.Fatal(err)
	}
	const count = 1000
	for _, tt := range []struct {
		name, frame, pattern string
		selections           int // for each repetition of the pattern
	}{
		{"aliases", "{ dog { %s } }", " a#: name", 1},
		{"one field again and again", "{ dog { %s } }", " name", 1},
		{"one object again and again", "{ %s }", " dog { name }", 2},
		{"fragments on one type", "{ pet { %s } }", " ... on Dog { age }", 2},
		{"spreads of one fragment", "{ dog { %s } } fragment F on Dog { name age }", " ...F", 1},
		{
			"fragments that double each other", fmt.Sprintf("{ dog { ...F0 } } fragment F%d on Dog { age } ", count) + "%s",
			" fragment F# on Dog { a: same { ...F@ } b: same { ...F@ } }", 4,
		},
		{
			"fragments that double each other under one key", fmt.Sprintf("{ dog { ...F0 } } fragment F%d on Dog { age } ", count) + "%s",
			" fragment F# on Dog { same { ...F@ } same { ...F@ } }", 4,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := parser.ParseQuery(&ast.Source{Input: fmt.Sprintf(tt.frame, repeated(count, tt.pattern))})
			if err != nil {
				t.Fatal(err)
			}
			if errs := validator.ValidateWithRules(schema, doc, validationRules()); len(errs) > 0 {
				t.Fatal(errs)
			}
			const work = 1_000_000
			m := newMerging(work)
			if errs := m.check(doc); len(errs) > 0 {
				t.Fatal(errs)
			}
			if looks, most := work-m.left, 3*tt.selections*count+10; looks < count || looks > most {
				t.Errorf("%d looks at %d selections", looks, tt.selections*count)
			}
		})
	}
}

// Where fragments stand for more than can be looked at, the check gives up.
func TestMergingIsBounded(t *testing.T) {
	t.Parallel()
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "shapes", Input: shapes})
	if err != nil {
		t.Fatal(err)
	}
	text := "{ dog { ...F0 ...G0 } } fragment F20 on Dog { age } fragment G20 on Dog { age } " +
		repeated(20, " fragment F# on Dog { x: same { ...F@ } y: same { ...G@ } same { ...F@ } } fragment G# on Dog { x: same { ...G@ } y: same { ...F@ } same { ...F@ } }")
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(schema, doc, validationRules()); len(errs) > 0 {
		t.Fatal(errs)
	}
	m := newMerging(500)
	if errs := m.check(doc); len(errs) != 1 || !strings.Contains(errs[0].Message, "too many fields to compare") || errs[0].Extensions["code"] != CodeParsing {
		t.Errorf("got %v with %d left", errs, m.left)
	}
}
