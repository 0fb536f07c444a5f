package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// fault is a way in which a subgraph fails.
type fault struct {
	name string
	// nulls says that values become null which others may build on, and silent that
	// there may be no error.
	nulls, silent bool
	// broken answers in place of the subgraph.
	broken func(f *failing)
}

// failing is an answer that goes wrong.
type failing struct {
	disguise
	recorded
	w http.ResponseWriter
	r *http.Request
	// harmless is called before an answer if nothing goes wrong.
	harmless func()
}

// text returns the body as it would be without the fault.
func (f *failing) text() []byte {
	text, err := json.Marshal(f.body)
	if err != nil {
		panic(err)
	}
	return text
}

// reply answers with a body.
func (f *failing) reply(body string) {
	f.send(f.w, f.r, http.StatusOK, []byte(body))
}

// replyValue answers with a value.
func (f *failing) replyValue(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	f.reply(string(text))
}

// data returns the response's data.
func (f *failing) data() map[string]any {
	data, _ := f.body["data"].(map[string]any)
	return data
}

// change replaces some of the values below a value: of objects and lists, not the
// value itself. It counts them.
func (f *failing) change(value any, percent int, by func(path []any, old any) any, path []any) (n int) {
	visit := func(key, old any, set func(any)) {
		below := append(slices.Clone(path), key)
		if f.chance(percent) {
			n++
			set(by(below, old))
			return
		}
		n += f.change(old, percent, by, below)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			visit(key, v[key], func(changed any) { v[key] = changed })
		}
	case []any:
		for i := range v {
			visit(i, v[i], func(changed any) { v[i] = changed })
		}
	}
	return n
}

// otherwise returns a value of another kind than a value.
func (f *failing) otherwise(_ []any, old any) any {
	candidates := []any{map[string]any{}, map[string]any{"id": "1", "__typename": "Nope"}, []any{}, []any{[]any{"x"}}}
	if _, isObject := old.(map[string]any); isObject {
		candidates = []any{[]any{}, []any{map[string]any{}}, "text", json.Number("7"), true}
	}
	if _, isList := old.([]any); isList {
		candidates = []any{map[string]any{}, map[string]any{"0": nil}, "text", json.Number("7"), false}
	}
	return candidates[f.IntN(len(candidates))]
}

// entities replaces the lists of entities; without any it answers as it should.
func (f *failing) entities(by func(list []any) any) {
	n := 0
	for _, key := range slices.Sorted(maps.Keys(f.data())) {
		list, _ := f.data()[key].([]any)
		if len(list) > 0 && strings.HasPrefix(key, "_e") && bytes.Contains(f.request, []byte("_entities")) {
			f.data()[key] = by(list)
			n++
		}
	}
	if n == 0 {
		f.harmless()
	}
	f.replyValue(f.body)
}

// strange is the message of errors whose paths lead anywhere.
const strange = "a strange fault"

// errors returns a list of errors, of which some have strange paths.
func (f *failing) errors(n int) []any {
	list := make([]any, n)
	for i := range list {
		e := map[string]any{"message": strange, "extensions": map[string]any{"code": "FAULT", "junk": f.junk(2)}}
		switch f.IntN(6) {
		case 0:
			e["path"] = []any{"_entities", json.Number("999999999999"), "x"}
		case 1:
			e["path"] = []any{"_entities", json.Number("-1"), json.Number("1.5"), nil, true, map[string]any{}}
		case 2:
			e["path"] = []any{"_entities", json.Number("0"), f.unknown()}
		case 3:
			e["path"] = []any{}
		case 4:
			keys := slices.Sorted(maps.Keys(f.data()))
			if len(keys) > 0 {
				e["path"] = []any{keys[f.IntN(len(keys))], json.Number("0"), json.Number("0")}
			}
		}
		list[i] = e
	}
	return list
}

// faults are all ways to fail. None makes a subgraph say something else than it
// knows: then the router would be right to pass it on.
var faults = []fault{
	{"nulls", true, true, func(f *failing) {
		f.change(f.data(), 10, func([]any, any) any { return nil }, nil)
		f.replyValue(f.body)
	}},
	{"everything is null", true, true, func(f *failing) {
		f.change(f.data(), 100, func([]any, any) any { return nil }, nil)
		f.replyValue(f.body)
	}},
	{"nulls with errors", true, false, func(f *failing) {
		var list []any
		f.change(f.data(), 10, func(path []any, _ any) any {
			list = append(list, map[string]any{"message": "the fault", "path": path})
			return nil
		}, nil)
		list = append(list, map[string]any{"message": "the fault"})
		f.replyValue(map[string]any{"data": f.data(), "errors": list})
	}},
	{"errors with all data", false, false, func(f *failing) {
		f.body["errors"] = f.errors(1 + f.IntN(3))
		f.replyValue(f.body)
	}},
	{"many errors", false, false, func(f *failing) {
		f.body["errors"] = f.errors(5000)
		f.replyValue(f.body)
	}},
	{"errors without data", false, false, func(f *failing) { f.replyValue(map[string]any{"errors": f.errors(1 + f.IntN(3))}) }},
	{"errors with null as data", false, false, func(f *failing) {
		f.replyValue(map[string]any{"errors": f.errors(1 + f.IntN(3)), "data": nil})
	}},
	{"errors that are none", false, false, func(f *failing) {
		f.body["errors"] = []any{[]any{json.Number("1")}, map[string]any{"message": json.Number("7")}, "text", map[string]any{}, json.Number("0")}[f.IntN(5)]
		delete(f.body, "data")
		f.replyValue(f.body)
	}},
	{"too few entities", false, false, func(f *failing) {
		f.entities(func(list []any) any { return list[1:] })
	}},
	{"too many entities", false, false, func(f *failing) {
		f.entities(func(list []any) any { return append(slices.Clone(list), list[0]) })
	}},
	{"no list of entities", false, false, func(f *failing) {
		f.entities(func([]any) any { return []any{map[string]any{}, "x", json.Number("1"), nil}[f.IntN(4)] })
	}},
	{"other kinds of values", true, true, func(f *failing) {
		f.change(f.data(), 10, f.otherwise, nil)
		f.replyValue(f.body)
	}},
	{"unknown types", true, true, func(f *failing) {
		renameTypes(f.data())
		f.replyValue(f.body)
	}},
	{"half the text", false, false, func(f *failing) {
		text := f.text()
		f.reply(string(text[:f.IntN(len(text)-1)]))
	}},
	{"more than the text", false, false, func(f *failing) {
		f.reply(string(f.text()) + []string{"x", "{}", "]", "}", ",", "null", "\x00"}[f.IntN(7)])
	}},
	{"no JSON", false, false, func(f *failing) {
		text := string(f.text())
		bad := []string{"\x01", "\xff", `\x`, `\u12`, "\t"}[f.IntN(5)]
		f.reply(strings.Replace(text, `":`, bad+`":`, 1))
	}},
	{"bad numbers", false, false, func(f *failing) {
		bad := []string{"01", "1.", "+1", "--1", "NaN", "1e", ".5", "0x1", "Infinity", "1_000"}[f.IntN(10)]
		f.reply(`{"zz":` + bad + "," + string(f.text())[1:])
	}},
	{"no response", false, false, func(f *failing) {
		f.reply([]string{"", " ", "null", "[]", "7", `"x"`, "{}", `{"data":{}`, `{"data":[]}`, `{"data":"x"}`, `{"data":7}`, "true"}[f.IntN(12)])
	}},
	{"a deep answer", false, false, func(f *failing) {
		const depth = 200_000
		open := []string{"[", `{"a":`}[f.IntN(2)]
		f.reply(`{"zz":` + strings.Repeat(open, depth))
	}},
	{"a large answer", false, false, func(f *failing) {
		f.reply(`{"zz":"` + strings.Repeat("x", maxHostileBytes+1) + `",` + string(f.text())[1:])
	}},
	{"a status", false, false, func(f *failing) {
		status := []int{400, 401, 403, 404, 429, 500, 502, 503, 301, 302, 307}[f.IntN(11)]
		f.w.Header().Set("Location", "/elsewhere")
		f.send(f.w, f.r, status, []byte([]string{"", "{}", "no", `{"data":null}`}[f.IntN(4)]))
	}},
	{"a page", false, false, func(f *failing) {
		f.w.Header().Set("Content-Type", "text/html")
		_, _ = f.w.Write([]byte("<html>"))
	}},
	{"a broken connection", false, false, func(*failing) { panic(http.ErrAbortHandler) }},
	{"a connection that breaks midway", false, false, func(f *failing) {
		text := f.text()
		f.w.Header().Set("Content-Type", "application/json")
		f.w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = f.w.Write(text[:len(text)/2])
		_ = http.NewResponseController(f.w).Flush()
		panic(http.ErrAbortHandler)
	}},
	{"a bad encoding", false, false, func(f *failing) {
		f.w.Header().Set("Content-Type", "application/json")
		text := compressed("gzip", f.text(), f.w.Header())
		f.w.Header().Set("Content-Encoding", []string{"gzip", "br", "zstd", "deflate", "gzip, gzip"}[f.IntN(5)])
		_, _ = f.w.Write(text[:len(text)/2])
	}},
	{"silence", false, false, func(f *failing) {
		f.w.Header().Set("Content-Type", "application/json")
		if f.chance(50) {
			_, _ = f.w.Write(f.text()[:10])
			_ = http.NewResponseController(f.w).Flush()
		}
		<-f.r.Context().Done()
	}},
}

// maxHostileBytes is how large an answer may be.
const maxHostileBytes = 2 << 20

// renameTypes gives all objects that name their type one that is not there.
func renameTypes(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			if _, isText := below.(string); isText && key == "__typename" {
				v[key] = "Nope"
			}
			renameTypes(below)
		}
	case []any:
		for _, item := range v {
			renameTypes(item)
		}
	}
}
