package response_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/response"
)

// layout is {user{id name age score ok role any tags grid [items]} ...}: every
// kind of leaf, lists of lists, a concrete and an abstract type.
//
//	node 0 data   node 1 user   node 2 node   node 3 child
func layout() *response.Layout {
	field := response.NewShapeField
	child := &response.Shape{Node: 3, Size: 2, Variants: []response.Variant{{
		Type: "Child", Fields: []response.ShapeField{field("n", 1, 0, response.Int, nil)},
	}}}
	user := &response.Shape{Node: 1, Size: 12, Variants: []response.Variant{{
		Type: "User", Fields: []response.ShapeField{
			field("id", 1, 0, response.ID, nil), field("name", 2, 0, response.String, nil),
			field("age", 3, 0, response.Int, nil), field("score", 4, 0, response.Float, nil),
			field("ok", 5, 0, response.Boolean, nil), field("role", 6, 0, response.Enum, nil),
			field("any", 7, 0, response.Any, nil), field("tags", 8, 1, response.String, nil),
			field("grid", 9, 2, response.Any, child), field("child", 10, 0, response.Any, child),
			field("anys", 11, 1, response.Any, nil),
		},
	}}}
	typename := field("__typename", 1, 0, response.Typename, nil)
	node := &response.Shape{Node: 2, Size: 4, Typed: true, Variants: []response.Variant{
		{Type: "Cat", Fields: []response.ShapeField{typename, field("x", 2, 0, response.Int, nil)}},
		{Type: "Dog", Fields: []response.ShapeField{typename, field("x", 3, 0, response.String, nil)}},
	}}
	root := &response.Shape{Node: 0, Size: 4, Variants: []response.Variant{{
		Type: "Query", Fields: []response.ShapeField{
			field("user", 1, 0, response.Any, user), field("node", 2, 0, response.Any, node), field("nodes", 3, 1, response.Any, node),
		},
	}}}
	return &response.Layout{Root: root, Nodes: 4}
}

// show writes what a document holds, in the order of the slots: missing fields
// are left out, invalid ones marked.
func show(l *response.Layout, d *response.Document) string {
	if d.Data().Tag() != response.Object {
		return fmt.Sprint("data:", d.Data().Tag())
	}
	var out strings.Builder
	showObject(&out, d, l.Root, d.Data())
	return out.String()
}

func showObject(out *strings.Builder, d *response.Document, shape *response.Shape, s response.Slot) {
	v := shape.Variants[d.Variant(s.Offset())]
	out.WriteString("{")
	seen := map[int]bool{}
	for _, f := range v.Fields {
		value := d.Field(s.Offset(), f.Slot)
		if value.Tag() == response.Missing || seen[f.Slot] {
			continue
		}
		if len(seen) > 0 {
			out.WriteString(" ")
		}
		seen[f.Slot] = true
		out.WriteString(f.Name + ":")
		showValue(out, d, &f, value)
	}
	out.WriteString("}")
}

func showValue(out *strings.Builder, d *response.Document, f *response.ShapeField, s response.Slot) {
	switch s.Tag() {
	case response.Null:
		out.WriteString("null")
	case response.Raw:
		out.Write(d.Bytes(s))
	case response.Invalid:
		out.WriteString("INVALID")
	case response.Array:
		out.WriteString("[")
		for i := range s.Len() {
			if i > 0 {
				out.WriteString(" ")
			}
			showValue(out, d, f, d.Item(s, i))
		}
		out.WriteString("]")
	case response.Object:
		showObject(out, d, f.Shape, s)
	}
}

func TestParse_reads_by_shape(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"in order":             {`{"data":{"user":{"id":"1","name":"Ada","age":36}}}`, `{user:{id:"1" name:"Ada" age:36}}`},
		"reordered":            {`{"data":{"user":{"age":36,"id":"1","name":"Ada"}}}`, `{user:{id:"1" name:"Ada" age:36}}`},
		"white space":          {" {\r\n\t\"data\" : { \"user\" : { \"id\" : \"1\" , \"tags\" : [ \"a\" , \"b\" ] } } } \n", `{user:{id:"1" tags:["a" "b"]}}`},
		"unknown keys":         {`{"data":{"x":{"y":[1,{"z":null}]},"user":{"q":"]}","id":"1","w":[[]]}},"extensions":{"a":[1e5]}}`, `{user:{id:"1"}}`},
		"escaped key":          {`{"d\u0061ta":{"user":{"\u0069d":"1","n\u0061me":"\u0041"}}}`, `{user:{id:"1" name:"\u0041"}}`},
		"the last key counts":  {`{"data":{"user":{"id":"1","id":"2","name":"x","name":null}}}`, `{user:{id:"2" name:null}}`},
		"the last data counts": {`{"data":{"user":{"id":"1"}},"data":{"user":{"id":"2"}}}`, `{user:{id:"2"}}`},
		"nulls":                {`{"data":{"user":{"id":null,"tags":[null],"grid":[null,[null]],"child":null},"node":null,"nodes":[null]}}`, `{user:{id:null tags:[null] grid:[null [null]] child:null} node:null nodes:[null]}`},
		"lists of lists":       {`{"data":{"user":{"grid":[[{"n":1},{"n":2}],[],[{"n":3}]],"tags":[]}}}`, `{user:{tags:[] grid:[[{n:1} {n:2}] [] [{n:3}]]}}`},
		"escapes stay":         {`{"data":{"user":{"name":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"}}}`, `{user:{name:"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"}}`},
		"numbers stay":         {`{"data":{"user":{"score":-0.10e+20,"any":123456789012345678901234567890.00,"age":1.0}}}`, `{user:{age:1.0 score:-0.10e+20 any:123456789012345678901234567890.00}}`},
		"custom scalars":       {`{"data":{"user":{"any":{"a":[1,"]"],"b":{}},"anys":[{"x":1},[2],"s",null]}}}`, `{user:{any:{"a":[1,"]"],"b":{}} anys:[{"x":1} [2] "s" null]}}`},
		"kinds": {
			`{"data":{"user":{"id":1.5,"name":1,"age":"1","score":true,"ok":0,"role":7,"tags":"x","grid":[{"n":1}],"child":[]}}}`,
			`{user:{id:INVALID name:INVALID age:INVALID score:INVALID ok:INVALID role:INVALID tags:INVALID grid:[INVALID] child:INVALID}}`,
		},
		"the user is a string": {`{"data":{"user":"x","node":[1]}}`, `{user:INVALID node:INVALID}`},
		"IDs":                  {`{"data":{"user":{"id":12345678901234567890}}}`, `{user:{id:12345678901234567890}}`},
		"types":                {`{"data":{"node":{"__typename":"Cat","x":1},"nodes":[{"__typename":"Dog","x":"1"},{"__typename":"Cat","x":"1"}]}}`, `{node:{__typename:"Cat" x:1} nodes:[{__typename:"Dog" x:"1"} {__typename:"Cat" x:INVALID}]}`},
		"a late type":          {`{"data":{"node":{"x":"d","y":{"__typename":"Cat"}, "__typename" : "Dog"}}}`, `{node:{__typename:"Dog" x:"d"}}`},
		"an escaped type":      {`{"data":{"node":{"__typename":"\u0044og","x":"d"}}}`, `{node:{__typename:"\u0044og" x:"d"}}`},
		"no type":              {`{"data":{"node":{"x":"d"},"nodes":[{}]}}`, `{node:INVALID nodes:[INVALID]}`},
		"an unknown type":      {`{"data":{"node":{"__typename":"Fox","x":"d"}}}`, `{node:INVALID}`},
		"two types":            {`{"data":{"node":{"__typename":"Dog","x":"d","__typename":"Cat"}}}`, `{node:INVALID}`},
		"the type is null":     {`{"data":{"node":{"__typename":null,"x":"d"}}}`, `{node:INVALID}`},
		"no data but errors":   {`{"errors":[{"message":"x"}]}`, "data:0"},
		"null data":            {`{"data":null,"errors":[{"message":"x"}]}`, "data:1"},
		"empty":                {`{"data":{}}`, "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d response.Document
			l := layout()
			for range 2 { // the second time in used memory
				if err := d.Parse(l, append(d.Reset(), tc.in...)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, show(l, &d)); diff != "" {
					t.Fatalf("document (-want +got):\n%s", diff)
				}
				d.Poison()
			}
		})
	}
}

func TestParse_tells_whole_numbers_of_32_bits(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"0": true, "-0": true, "2147483647": true, "-2147483648": true, "999999999": true, "1.0": true, "1e2": true,
		"1.50e1": true, "100e-2": true, "0.0e-99": true, "2147483647.0": true, "0e999999999999999999999": true,
		"2147483648": false, "-2147483649": false, "9999999999": false, "1.5": false, "1e-1": false, "1e10": false,
		"2147483647.00000000001": false, "1.0000000000000000001": false, "1e999999999999": false, "105e-1": false,
		"21474836470e-1": true, "-2147483649.0": false,
	} {
		var d response.Document
		l := layout()
		if err := d.Parse(l, []byte(`{"data":{"user":{"age":`+number+`}}}`)); err != nil {
			t.Fatal(err)
		}
		if got := show(l, &d) == `{user:{age:`+number+`}}`; got != want {
			t.Errorf("%s is an Int: %t, want %t", number, got, want)
		}
	}
}

func TestParse_refuses_what_is_no_response(t *testing.T) {
	t.Parallel()
	user := func(s string) string { return `{"data":{"user":` + s + `}}` }
	for name, in := range map[string]string{
		"nothing": "", "space": " \n", "a list": "[]", "a string": `"data"`, "null": "null", "HTML": "<html></html>",
		"neither data nor errors": `{"x":1}`, "empty errors": `{"errors":[]}`, "null errors": `{"errors":null}`, "null data": `{"data":null}`,
		"data is a list": `{"data":[]}`, "data is a string": `{"data":"x"}`, "errors is an object": `{"data":{},"errors":{}}`,
		"text behind it": `{"data":{}} x`, "two of them": `{"data":{}}{"data":{}}`,
		"a zero byte behind it": "{\"data\":{}}\x00", "a zero byte in it": "{\"data\":{\x00}}",
		"not UTF-8": "{\"data\":{\"x\":\"\xff\"}}", "cut off": user(`{"id":"1"`)[:20],
		"no comma": user(`{"id":"1""name":"x"}`), "two commas": user(`{"id":"1",,"name":"x"}`),
		"a comma at the end": user(`{"id":"1",}`), "a comma at the end of a list": user(`{"tags":["a",]}`),
		"no colon": user(`{"id" "1"}`), "a key without quotes": user(`{id:"1"}`), "a number as key": user(`{1:"1"}`),
		"a control character": user("{\"name\":\"a\nb\"}"), "an unknown escape": user(`{"name":"\x41"}`),
		"half an escape": user(`{"name":"\u12"}`), "no hex": user(`{"name":"\u12g4"}`), "no end of a string": user(`{"name":"x}`),
		"leading zero": user(`{"age":01}`), "plus": user(`{"age":+1}`), "no fraction": user(`{"score":1.}`), "no integer": user(`{"score":.5}`),
		"no exponent": user(`{"score":1e}`), "only a minus": user(`{"age":-}`), "NaN": user(`{"score":NaN}`), "Infinity": user(`{"score":-Infinity}`),
		"half a word": user(`{"ok":tru}`), "half a null": user(`{"name":nul}`), "a longer null": user(`{"name":nulll}`), "a longer word": user(`{"ok":truex}`),
		"in an unknown key": user(`{"unknown":{"a":01}}`), "in an unknown list": user(`{"unknown":[1 2]}`), "unbalanced": user(`{"unknown":[1}}`),
		"in a scalar": user(`{"any":{"a" 1}}`), "in an object of no type": `{"data":{"node":{"x":01}}}`, "in an object of another kind": user(`[tru]`),
		"in errors": `{"data":{},"errors":[{"message":01}]}`, "in extensions": `{"data":{},"extensions":{"a":}}`,
		"too deep": user(`{"any":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d response.Document
			err := d.Parse(layout(), []byte(in))
			var syntax *response.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(in) {
				t.Errorf("%s: error = %v, document %s", in, err, show(layout(), &d))
			}
			if d.Data().Tag() != response.Missing || d.Errors() != nil || len(d.Instances(1)) > 0 {
				t.Error("the document is not empty")
			}
		})
	}
}

func TestParse_counts_objects_by_node(t *testing.T) {
	t.Parallel()
	var d response.Document
	if err := d.Parse(layout(), []byte(`{"data":{"user":{"grid":[[{"n":1},{"n":2}],[{"n":3}]],"child":{"n":4}}}}`)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for ordinal, base := range d.Instances(3) {
		if d.Ordinal(int(base)) != ordinal {
			t.Errorf("object %d has the ordinal %d", ordinal, d.Ordinal(int(base)))
		}
		got = append(got, string(d.Bytes(d.Field(int(base), 1))))
	}
	if diff := cmp.Diff([]string{"1", "2", "3", "4"}, got); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
}

func TestParse_bounds_the_slots_that_a_body_makes(t *testing.T) {
	t.Parallel()
	wide := &response.Shape{Node: 1, Size: 4000, Variants: []response.Variant{{Type: "Wide"}}}
	root := &response.Shape{Size: 2, Variants: []response.Variant{{Type: "Query", Fields: []response.ShapeField{
		response.NewShapeField("wide", 1, 1, response.Any, wide),
	}}}}
	var d response.Document
	err := d.Parse(&response.Layout{Root: root, Nodes: 2}, []byte(`{"data":{"wide":[`+strings.Repeat("{},", 10000)+`{}]}}`))
	if err == nil {
		t.Errorf("30 KB made %d MB", d.Memory()>>20)
	}
}

func seeds(f *testing.F) {
	for _, s := range []string{
		`{"data":{"user":{"id":"1","name":"Ada","age":36,"score":1.5,"ok":true,"role":"ADMIN","any":{"a":[1]},"tags":["a",null],"grid":[[{"n":1}]],"child":{"n":2}}}}`,
		`{"data":{"node":{"x":"d","__typename":"Dog"},"nodes":[{"__typename":"Cat","x":1}]},"errors":[{"message":"x"}]}`,
		"{ \"data\" : { \"user\" : { \"\\u0069d\" : \"\\ud83d\\ude00\" , \"any\" : -1.5E+3 } } , \"extensions\":{} }",
		`{"data":null,"errors":[]}`, `{"data":{"user":{"id":"1","id":2}}}`, `{"data":{"user":[[]]}}`, "{\"data\":{\"user\":{\"name\":\"\x1f\"}}}",
	} {
		f.Add([]byte(s))
	}
}

// FuzzParse compares with encoding/json: what Parse takes is JSON, what is JSON
// and a response Parse takes, and the values are the same.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		l := layout()
		var d response.Document
		err := d.Parse(l, append([]byte(nil), in...))
		if err != nil {
			if isResponse(in) {
				t.Fatalf("%q is refused: %v", in, err)
			}
			return
		}
		if !json.Valid(in) {
			t.Fatalf("%q is no JSON and taken", in)
		}
		if d.Data().Tag() == response.Object {
			checkObject(t, &d, l.Root, d.Data(), lastData(in))
		}
	})
}

// lastData is the value of the key that is exactly "data"; encoding/json would
// take "Data" for it too.
func lastData(in []byte) any {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(in, &all)
	return decode(all["data"])
}

func decode(raw []byte) any {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var value any
	_ = decoder.Decode(&value)
	return value
}

// isResponse tells whether in is one that Parse has to take.
func isResponse(in []byte) bool {
	var all map[string]json.RawMessage
	if !utf8.Valid(in) || json.Unmarshal(in, &all) != nil || depth(in) > 400 {
		return false
	}
	// Of equal keys, those before the last have to make sense too.
	if strings.Count(string(in), `data`) > 1 || strings.Count(string(in), "errors") > 1 || strings.Contains(string(in), `\u`) {
		return false
	}
	data, hasData := all["data"]
	errors, hasErrors := all["errors"]
	errorsOK := !hasErrors || errors[0] == '[' || errors[0] == 'n'
	return hasData && data[0] == '{' && errorsOK
}

func depth(in []byte) int {
	return strings.Count(string(in), "[") + strings.Count(string(in), "{")
}

func checkObject(t *testing.T, d *response.Document, shape *response.Shape, s response.Slot, want any) {
	object, ok := want.(map[string]any)
	if !ok {
		t.Fatalf("an object was read where %v is", want)
	}
	for _, f := range shape.Variants[d.Variant(s.Offset())].Fields {
		value, there := object[f.Name]
		got := d.Field(s.Offset(), f.Slot)
		if there != (got.Tag() != response.Missing) {
			t.Fatalf("%s is there: %t, read: %v", f.Name, there, got.Tag())
		}
		if there {
			checkValue(t, d, &f, got, value)
		}
	}
}

func checkValue(t *testing.T, d *response.Document, f *response.ShapeField, got response.Slot, want any) {
	switch got.Tag() {
	case response.Null:
		if want != nil {
			t.Fatalf("null was read where %v is", want)
		}
	case response.Raw:
		if diff := cmp.Diff(want, decode(d.Bytes(got))); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", f.Name, diff)
		}
	case response.Array:
		list, ok := want.([]any)
		if !ok || len(list) != got.Len() {
			t.Fatalf("a list of %d was read where %v is", got.Len(), want)
		}
		for i := range list {
			checkValue(t, d, f, d.Item(got, i), list[i])
		}
	case response.Object:
		checkObject(t, d, f.Shape, got, want)
	}
}
