package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// scenario is one request in the words of each server, and what both answer.
type scenario struct {
	name    string
	service string // which subgraph
	query   string
	// variables of the query.
	variables map[string]any
	// path is Express's.
	path string
	// rows takes them out of the subgraph's data.
	rows func(data map[string]any) ([]any, error)
	// count is how many there are.
	count int
	// least is how many times Express's requests for a CPU second the subgraph
	// is to answer; 0 for none.
	least float64
}

const todoFields = `id title description status priority dueAt createdAt updatedAt version`

func scenarios() []*scenario {
	const caller = 7
	return []*scenario{
		{
			name: "one user", service: "users", path: "/users/" + uuid(caller), count: 1, least: 2,
			query:     `query ($id: ID!) { user(id: $id) { id displayName timeZone createdAt updatedAt version } }`,
			variables: map[string]any{"id": global("usr", caller)},
			rows: func(data map[string]any) ([]any, error) {
				user, err := at(data, "user")
				return []any{user}, err
			},
		},
		{
			name: "a user's 20 todos", service: "todos", path: "/todos?assignee=" + uuid(caller), count: 20, least: 0.8,
			query:     `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { assignedTodos(first: 20) { edges { node { ` + todoFields + ` } } } } } }`,
			variables: map[string]any{"r": []any{map[string]any{"__typename": "User", "id": global("usr", caller)}}},
			rows: func(data map[string]any) ([]any, error) {
				return nodes(data, "_entities", 0, "assignedTodos", "edges")
			},
		},
		{
			// Whether the caller may see the list takes a statement of its own, which
			// Express does without.
			name: "20 todos of a list", service: "todos", path: "/todos?assignee=" + uuid(caller), count: 20,
			query:     `query ($id: ID!) { todoList(id: $id) { todos(first: 20) { edges { node { ` + todoFields + ` } } } } }`,
			variables: map[string]any{"id": global("tdl", caller)},
			rows: func(data map[string]any) ([]any, error) {
				return nodes(data, "todoList", "todos", "edges")
			},
		},
	}
}

// body is the request to the subgraph.
func (s *scenario) body() []byte {
	text, err := json.Marshal(map[string]any{"query": s.query, "variables": s.variables})
	if err != nil {
		panic(err) // of constants
	}
	return text
}

// graphQL returns the rows in a subgraph's answer.
func (s *scenario) graphQL(answer []byte) ([]any, error) {
	var response struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, err
	}
	if len(response.Errors) > 0 {
		return nil, fmt.Errorf("errors: %v", response.Errors)
	}
	return s.rows(response.Data)
}

// rest returns the rows in Express's answer.
func rest(answer []byte) ([]any, error) {
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		return nil, err
	}
	if list, ok := value.([]any); ok {
		return list, nil
	}
	return []any{value}, nil
}

// same compares the rows of both: the same ones with the same fields, where each
// writes ids and moments in its own way.
func (s *scenario) same(ours, theirs []any) error {
	if len(ours) != s.count || len(theirs) != s.count {
		return fmt.Errorf("%d and %d rows instead of %d", len(ours), len(theirs), s.count)
	}
	for i := range ours {
		a, err := normal(ours[i])
		if err != nil {
			return err
		}
		b, err := normal(theirs[i])
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(a, b) {
			return fmt.Errorf("row %d is %v here and %v there", i, a, b)
		}
	}
	return nil
}

// normal is a row with its id as a UUID and moments in milliseconds.
func normal(row any) (map[string]any, error) {
	fields, ok := row.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a row is %v", row)
	}
	for name, value := range fields {
		text, ok := value.(string)
		if !ok {
			continue
		}
		if moment, err := time.Parse(time.RFC3339Nano, text); err == nil {
			fields[name] = moment.UnixMilli()
		}
		if name != "id" {
			continue
		}
		if _, id, ours := strings.Cut(text, "_"); ours {
			raw, err := encoding.DecodeString(id)
			if err != nil {
				return nil, err
			}
			fields[name] = fmt.Sprintf("%x", raw)
		} else {
			fields[name] = strings.ReplaceAll(text, "-", "")
		}
	}
	if len(fields) < 6 {
		return nil, fmt.Errorf("a row has few fields: %v", fields)
	}
	return fields, nil
}

// at follows names and indexes into data.
func at(data any, path ...any) (any, error) {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := data.(map[string]any)
			data = object[step]
		case int:
			list, _ := data.([]any)
			if step >= len(list) {
				return nil, errors.New("a list is too short")
			}
			data = list[step]
		}
	}
	if data == nil {
		return nil, fmt.Errorf("there is nothing at %v", path)
	}
	return data, nil
}

// nodes are those of a connection's edges.
func nodes(data any, path ...any) ([]any, error) {
	found, err := at(data, path...)
	if err != nil {
		return nil, err
	}
	edges, _ := found.([]any)
	rows := make([]any, len(edges))
	for i, edge := range edges {
		if rows[i], err = at(edge, "node"); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
