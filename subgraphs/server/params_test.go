package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestPlainParams says which requests are read without encoding/json: those of
// routers are, or nothing would be gained.
func TestPlainParams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		plain bool
	}{
		{`{"query":"{ it }"}`, true},
		{`{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { id } }","variables":{"r":[{"__typename":"User","id":"usr_1"},{"__typename":"User","id":"usr_2"}]}}`, true},
		{` { "query" : "{\n it(s: \"é\") }" , "operationName" : "A" , "variables" : { "a" : [ 1 , -0.5e+3, true , false , null , { } , [ ] ] } , "extensions" : { } } ` + "\r\n", true},
		{`{"query":"\u00e9\ud83d\ude00 \\ \/","variables":{"` + "é" + `":"` + "😀" + `","a":1,"a":2}}`, true},
		{`{"query":"` + "\xff" + `"}`, true},
		{`{"variables":` + strings.Repeat(`{"a":`, maxNesting-1) + `1` + strings.Repeat(`}`, maxNesting), true},
		{`{"variables":` + strings.Repeat(`{"a":`, maxNesting) + `1` + strings.Repeat(`}`, maxNesting+1), false},
		{`{}`, true},
		{`{"query":null}`, false},
		{`{"variables":null}`, false},
		{`{"variables":[]}`, false},
		{`{"Query":"{ it }"}`, false},
		{`{"other":1}`, false},
		{`{"query":"a","query":"b"}`, false},
		{`{"query":"a"}{}`, false},
		{`{"query":"a"} x`, false},
		{`{"query":"a",}`, false},
		{`{"query":"a"`, false},
		{`{"query":"a\"`, false},
		{`{"query":"a` + "\n" + `"}`, false},
		{`{"query":"\x"}`, false},
		{`{"variables":{"a":[1,]}}`, false},
		{`{"variables":{"a":01}}`, false},
		{`{"variables":{"a":1.}}`, false},
		{`{"variables":{"a":-}}`, false},
		{`{"variables":{"a":1e}}`, false},
		{`{"variables":{"a":nul}}`, false},
		{`{"variables":{"a":}}`, false},
		{`{"variables":{a:1}}`, false},
		{`{"query":"a"}` + "\x00", false},
		{`[]`, false},
		{`null`, false},
		{``, false},
	} {
		if _, plain := plainParams([]byte(c.text)); plain != c.plain {
			t.Errorf("%s: plain is %t", c.text, plain)
		}
		compareParams(t, []byte(c.text))
	}
}

// compareParams compares plainParams with encoding/json: what it reads is right,
// and means the same.
func compareParams(t *testing.T, text []byte) {
	t.Helper()
	got, plain := plainParams(text)
	if !plain {
		return
	}
	var want graphql.RawParams
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("%q is read, but is wrong: %v", text, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		t.Fatalf("%q is read, but is not all: %v", text, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(graphql.RawParams{}, "ReadTime")); diff != "" {
		t.Errorf("%q (-want +got):\n%s", text, diff)
	}
}

func FuzzPlainParams(f *testing.F) {
	f.Add([]byte(` { "query" : "{\n it(s: \"é\") }" , "operationName" : "A" , "variables" : { "a" : [ 1 , -0.5e+3, true , false , null , { } , [ ] ] } , "extensions" : { } } `))
	f.Add([]byte(`{"query":"\u00e9\ud83d\ude00 \\ \/","variables":{"a":"😀","a":2}}`))
	f.Fuzz(compareParams)
}

// TestParamsDoNotReferToTheBody overwrites the body, which is used again for other
// requests.
func TestParamsDoNotReferToTheBody(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"query":"{ it }","operationName":"A","variables":{"a":["b",1],"c":"d"},"extensions":{"e":"f"}}`,
		`{"query":"{ it }","operationName":"A","variables":{"a":["b",1],"c":"d"},"extensions":{"e":"f"},"other":1}`,
	} {
		body := []byte(text)
		var params graphql.RawParams
		if err := decode(body, &params); err != nil {
			t.Fatal(err)
		}
		for i := range body {
			body[i] = 'x'
		}
		want := graphql.RawParams{
			Query: "{ it }", OperationName: "A", Variables: map[string]any{"a": []any{"b", json.Number("1")}, "c": "d"}, Extensions: map[string]any{"e": "f"},
		}
		if diff := cmp.Diff(want, params, cmpopts.IgnoreFields(graphql.RawParams{}, "ReadTime")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// representations is the body of a request for n entities.
func representations(n int) []byte {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"__typename":"User","id":"usr_%026d"}`, i)
	}
	return []byte(`{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName } } }","variables":{"r":[` + strings.Join(all, ",") + `]}}`)
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 500} {
		body := representations(n)
		b.Run(fmt.Sprintf("%d representations", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var params graphql.RawParams
				if err := decode(body, &params); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d representations, encoding json", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var params graphql.RawParams
				decoder := json.NewDecoder(bytes.NewReader(body))
				decoder.UseNumber()
				if err := decoder.Decode(&params); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
