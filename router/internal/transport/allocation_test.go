//go:build !race

// Under the race detector allocations mean nothing.

package transport

import (
	"bytes"
	"testing"
)

func TestReadingAllocatesNothing(t *testing.T) {
	text := []byte(`{"query":"query A($x: Int!) {\n  a(x: $x)\n}\n","operationName":"A","variables":{"x":[1,2.5,"é"]},"extensions":{}}`)
	reader := bytes.NewReader(text)
	if n := testing.AllocsPerRun(100, func() {
		reader.Reset(text)
		body, err := ReadBody(reader)
		if err != nil {
			t.Fatal(err)
		}
		request, err := Read(body)
		if err != nil || len(request.Key(body)) == 0 {
			t.Fatal(err)
		}
		body.Release()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
