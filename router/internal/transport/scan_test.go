package transport

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// odd are bodies whose reading is a matter of details.
var odd = []string{
	`{"query":"{a}"}`,
	" \t\r\n{ \"query\" :\t\"{a}\" , \"operationName\" : null } \n",
	`{"query":"query($x: Int) {a}","variables":{"x":-0.5e+10,"y":[true,false,null,{}]},"operationName":"A","extensions":{"z":{}}}`,
	`{"query":"{a}","variables":{}}`, `{"query":"{a}","variables":{ }}`, `{"query":"{a}","variables": { "x" : [ 1 , "}" ] , "y" : { "x" : 2 } } }`,
	`{"query":"{a}","variables":{"x":1,"z":2,"x":null}}`, `{"query":"{a}","variables":{"x":1,"\u0078":2}}`, `{"query":"{a}","variables":{"é":"\"","y":-1.5e3}}`,
	`{"query":"{a}"}{}`, `{"query":"{a}"},`, `{"query":"{a}"}x`, "{\"query\":\"{a}\"}\x00", "\ufeff{\"query\":\"{a}\"}",
	`{"query":"{a}","query":"{b}"}`, `{"query":"{a}","query":null}`, `{"variables":{"x":1},"query":"{a}","variables":null}`,
	`{"qu\u0065ry":"{a}"}`, `{"query":"{a}","qu\u0065ry":"{b}"}`, `{"Query":"{a}"}`,
	`{"query":"\ud83d\ude00 \ud83d \/ \b\f\n\r\t\\\""}`, `{"query":"\x"}`, `{"query":"\u12g4"}`, `{"query":"\u12`, `{"query":"\`, `{"query":"`,
	"{\"query\":\"{a\n}\"}", "{\"query\":\"{a\x1f}\"}", "{\"query\":\"{a\x7f}\"}", "{\"query\":\"\xff\"}", "{\"query\":\"é😀\"}", "{\"query\":\"{a}\",\"\xc3\":1}",
	`{"query":1}`, `{"query":[]}`, `{"query":{"query":"{a}"}}`, `{"query":null}`, `{"query":""}`, `{}`, ``, ` `, `null`, `[]`, `[{"query":"{a}"}]`, `"{a}"`, `{"query"}`, `{"query":}`, `{,}`,
	`{"query":"{a}",}`, `{"query":"{a}" "x":1}`, `{"query" "{a}"}`, `{query:"{a}"}`, `{"query":"{a}","x":[1,]}`, `{"query":"{a}","x":{"y":1,}}`, `{"query":"{a}","x":[1}}`, `{"query":"{a}","x":{1:2}}`,
	`{"query":"{a}","x":01}`, `{"query":"{a}","x":-}`, `{"query":"{a}","x":1.}`, `{"query":"{a}","x":.5}`, `{"query":"{a}","x":1e}`, `{"query":"{a}","x":+1}`, `{"query":"{a}","x":1e400}`, `{"query":"{a}","x":123456789012345678901234567890}`,
	`{"query":"{a}","x":tru}`, `{"query":"{a}","x":truefalse}`, `{"query":"{a}","x":nul`, `{"query":"{a}","x":NaN}`,
	`{"query":"{a}","variables":[]}`, `{"query":"{a}","variables":"{}"}`, `{"query":"{a}","operationName":{}}`, `{"query":"{a}","extensions":1}`, `{"extensions":{"persistedQuery":{}}}`,
	`{"query":"{a}","variables":{"x":"\ud800"}}`, `{"query":"{a}","variables":{"x":"` + "\x01" + `"}}`,
	`{"query":"{a}","variables":` + strings.Repeat(`{"a":`, 98) + `1` + strings.Repeat(`}`, 98) + `}`,
	`{"query":"{a}","variables":` + strings.Repeat(`{"a":`, 120) + `1` + strings.Repeat(`}`, 120) + `}`,
	`{"query":"` + strings.Repeat("x", 64) + `"}`,
}

// checkScan says how scan differs from parse, which has encoding/json do it.
func checkScan(body []byte) error {
	got, scanned := scan(bytes.Clone(body))
	want, err := parse(body)
	var refused *Error
	switch {
	case err != nil && !errors.As(err, &refused):
		return fmt.Errorf("%w is no refusal", err)
	case err != nil && scanned:
		return fmt.Errorf("scan took what is refused with %w", err)
	case err == nil && want.Text() == "" && string(want.Query) == `""`:
		return errors.New("there is no query")
	case scanned:
		if diff := cmp.Diff(want, got); diff != "" {
			return errors.New(diff)
		}
		if diff := cmp.Diff(meaningOf(want), meaningOf(got)); diff != "" {
			return errors.New(diff)
		}
	}
	if err == nil {
		return checkVariables(&want)
	}
	return nil
}

// checkVariables says how variables that are picked by their names differ from
// those that encoding/json reads.
func checkVariables(r *Request) error {
	all, names := meaningOf(*r).Variables, []string{"x", "y", "é", "\ufffd"}
	some := r.DecodeVariables(names)
	for _, name := range names {
		want, there := all[name]
		if got, picked := some[name]; picked != there || string(got) != string(want) {
			return fmt.Errorf("variable %q is %q, %t; want %q, %t", name, got, picked, want, there)
		}
	}
	return nil
}

func TestScanReadsAsEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, body := range odd {
		// Shifted, so that what decides stands at each place of a word.
		for shift := range 9 {
			if err := checkScan([]byte(strings.Repeat(" ", shift) + body)); err != nil {
				t.Errorf("%q: %v", body, err)
			}
		}
		for end := range len(body) {
			if err := checkScan([]byte(body[:end])); err != nil {
				t.Errorf("%q: %v", body[:end], err)
			}
		}
	}
}

// What clients send is read without encoding/json.
func TestScanReadsWhatClientsSend(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"query":"{a}"}`,
		`{"operationName":"A","query":"query A($x: Int!) {\n  a(x: \"\\u00e9\")\n}\n","variables":{"x":[1,{"y":null}]},"extensions":{"clientLibrary":{"name":"@apollo/client"}}}`,
		"{\n  \"query\": \"{ a(text: \\\"é😀\\\") }\",\n  \"variables\": {},\n  \"id\": 7\n}\n",
	} {
		if _, ok := scan([]byte(body)); !ok {
			t.Errorf("%s is left to encoding/json", body)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, body := range odd {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := checkScan(body); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
	})
}

// A body as the field's public benchmark sends it: 1 KB, one line.
func benchmarkBody(variables string) []byte {
	query := `{\n` + strings.Repeat(`  product(upc: \"1\") { inStock name price shippingEstimate upc weight }\n`, 14) + `}`
	return []byte(`{"query":"` + query + `"` + variables + `}`)
}

func BenchmarkBodyScan(b *testing.B) {
	for _, c := range []struct{ name, variables string }{
		{"query", ""},
		{"variables", `,"variables":{"first":10,"after":"b2Zmc2V0OjEw","filter":{"tags":["a","b"],"open":true}}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := benchmarkBody(c.variables)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := scan(body); !ok {
					b.Fatal("not read")
				}
			}
		})
		b.Run(c.name+"/encoding/json", func(b *testing.B) {
			body := benchmarkBody(c.variables)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parse(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
