package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// graphQL is a response.
type graphQL struct {
	Data   any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

// post sends an operation and returns the response. An empty token sends none.
func post(t *testing.T, url, token, query string, variables map[string]any) (response graphQL) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return response
}

// ask is post for operations that must succeed; it returns the data.
func ask(t *testing.T, url, token, query string, variables map[string]any) any {
	t.Helper()
	response := post(t, url, token, query, variables)
	if len(response.Errors) > 0 {
		t.Fatalf("%s\nerrors: %+v", query, response.Errors)
	}
	return response.Data
}

// at follows response keys and list indexes into data.
func at(t *testing.T, data any, path ...any) any {
	t.Helper()
	for _, element := range path {
		switch element := element.(type) {
		case string:
			object, isObject := data.(map[string]any)
			if !isObject {
				t.Fatalf("%q of %v", element, data)
			}
			data = object[element]
		case int:
			list, isList := data.([]any)
			if !isList || element >= len(list) {
				t.Fatalf("item %d of %v", element, data)
			}
			data = list[element]
		}
	}
	return data
}
