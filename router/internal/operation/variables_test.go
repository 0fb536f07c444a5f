package operation

import (
	"encoding/json"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// variableHead has variables of all kinds of types.
func variableHead(t testing.TB) *Head {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: `
type Query { a(b: Input): Int }
enum Size { SMALL LARGE }
scalar Any
input Input { size: Size, tags: [String!], more: [[Input]], limit: Int! = 3, any: Any, open: Boolean }
input Strict { id: ID!, input: Input! }
input One @oneOf { a: Int, b: String }
`})
	if err != nil {
		t.Fatal(err)
	}
	head := &Head{schema: schema}
	for _, name := range []string{"Int", "Float", "String", "ID", "Boolean", "Any", "Size", "Input", "Strict", "One"} {
		for _, of := range []*ast.Type{ast.NamedType(name, nil), ast.NonNullNamedType(name, nil), ast.ListType(ast.NamedType(name, nil), nil)} {
			head.Declarations = append(head.Declarations, Variable{Name: "x", Type: of})
		}
	}
	return head
}

var variableTexts = []string{
	`null`, `true`, `false`, `""`, `"SMALL"`, `"SMALLER"`, `"\u0053MALL"`, `"a\"b"`, `"a"b"`, `"`, `"a`, "\"a\n\"", `"é"`,
	`0`, `-0`, `-`, `00`, `01`, `-12`, `123456789`, `2147483647`, `2147483648`, `-2147483648`, `12345678901234567890`, `1.0`, `1e3`, `1.`, `+1`, `0x1`,
	`[]`, `[ ]`, `[1]`, `[ 1 , 2 ]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `["SMALL",null]`, `[["a"]]`, `[{}]`, `[{"size":"SMALL"}, {"size":null}]`,
	`{}`, `{ }`, `{"size":"SMALL"}`, `{ "size" : "SMALL" , "tags" : [ "a" , "b" ] , "limit":1,"open":true}`, `{"size":"SMALL",}`, `{,}`, `{"size"}`, `{"size":}`, `{"size":"SMALL"`,
	`{"size":"NONE"}`, `{"size":"SMALL","size":"LARGE"}`, `{"size":"NONE","size":"LARGE"}`, `{"tags":[null]}`, `{"tags":null}`, `{"limit":null}`, `{"limit":1.5}`, `{"any":{"x":1}}`, `{"any":1}`, `{"none":1}`,
	`{"s\u0069ze":"SMALL"}`, `{"more":[[{"size":"SMALL"}],[],null]}`, `{"more":[{"size":"SMALL"}]}`, `{"more":{}}`,
	`{"id":1,"input":{}}`, `{"id":"x","input":{"limit":2}}`, `{"id":1}`, `{"input":{}}`, `{"id":null,"input":{}}`, `{"a":1}`, `{"a":null}`, `{"a":1,"b":"x"}`, `{"b":"x"}`, `{1:2}`, `{"a" 1}`, `{"a":1}}`, `tru`, `trues`, ``, ` 1`, `1 `, `1 1`,
}

// checkPlain compares fitsPlainly with what encoding/json makes of a value.
func checkPlain(t *testing.T, head *Head, text string) (plain int) {
	for i := range head.Declarations {
		v := &head.Declarations[i]
		if !head.fitsPlainly(v.Type, []byte(text)) {
			continue
		}
		plain++
		if err := head.checkVariable(v, json.RawMessage(text), true); err != nil {
			t.Errorf("%s of type %s: %v", text, v.Type, err)
		}
	}
	return plain
}

func TestWhatFitsPlainlyFits(t *testing.T) {
	t.Parallel()
	head, plain := variableHead(t), 0
	for _, text := range variableTexts {
		plain += checkPlain(t, head, text)
	}
	if plain < 80 {
		t.Errorf("only %d values fit plainly", plain)
	}
}

func TestPlainVariablesAreCheckedWithoutAllocating(t *testing.T) {
	head := variableHead(t)
	head.Declarations = []Variable{
		{Name: "n", Type: ast.NonNullNamedType("Int", nil)},
		{Name: "s", Type: ast.NamedType("String", nil)},
		{Name: "e", Type: ast.NamedType("Size", nil)},
		{Name: "left", Type: ast.NamedType("ID", nil)},
		{Name: "o", Type: ast.ListType(ast.NamedType("Strict", nil), nil)},
	}
	raw := map[string]json.RawMessage{"n": json.RawMessage(`10`), "s": json.RawMessage(`"é"`), "e": json.RawMessage(`"LARGE"`), "o": json.RawMessage(`[{"id": 1, "input": {"tags": ["a", "b"], "size": "SMALL"}}]`)}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := head.Variables(raw); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzPlainVariables(f *testing.F) {
	for _, text := range variableTexts {
		f.Add(text)
	}
	head := variableHead(f)
	f.Fuzz(func(t *testing.T, text string) { checkPlain(t, head, text) })
}
