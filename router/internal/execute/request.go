package execute

import (
	"bytes"
	"encoding/json"

	"github.com/weftql/weft/router/internal/plan"
)

// requestText is what is known of a request's body before it is made:
//
//	{"query":"…","operationName":"…","variables":{   head
//	"first":10,                                      variables of the client's
//	"representations":[…]                            lookups
//	}}
type requestText struct {
	head []byte
	// name is `,"operationName":"…"`, or nothing.
	name      []byte
	variables []requestVariable
	// hasVariables says that head ends in an open object of variables.
	hasVariables bool
}

// requestVariable is one of the client's variables.
type requestVariable struct {
	name string
	text []byte // `"name":`
}

func newRequestText(f *plan.Fetch) requestText {
	var t requestText
	t.head = append([]byte(`{"query":`), quote(f.Text)...)
	if f.Name != "" {
		t.name = append([]byte(`,"operationName":`), quote(f.Name)...)
		t.head = append(t.head, t.name...)
	}
	for _, name := range f.Variables {
		t.variables = append(t.variables, requestVariable{name, append(quote(name), ':')})
	}
	if t.hasVariables = len(f.Variables)+len(f.Entities) > 0; t.hasVariables {
		t.head = append(t.head, `,"variables":{`...)
	}
	return t
}

// quote returns text as a JSON string.
func quote(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic("execute: a string has no JSON: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// begin appends the head and the client's variables. A variable that the client
// did not give is left out.
func (t *requestText) begin(dst []byte, variables map[string]json.RawMessage) []byte {
	return t.clientVariables(append(dst, t.head...), variables)
}

// clientVariables appends the client's variables.
func (t *requestText) clientVariables(dst []byte, variables map[string]json.RawMessage) []byte {
	comma := false
	for i := range t.variables {
		v := &t.variables[i]
		value, ok := variables[v.name]
		if !ok {
			continue
		}
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = append(dst, v.text...)
		dst = append(dst, value...)
	}
	return dst
}

// end closes the body.
func (t *requestText) end(dst []byte) []byte {
	if t.hasVariables {
		dst = append(dst, '}')
	}
	return append(dst, '}')
}
