package execute_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/universe"
)

// shape is what there is to select in an object of the warehouse: nil for a
// leaf; the names of types in it begin with a capital letter.
type shape map[string]shape

func warehouseShape() shape {
	room := shape{"code": nil}
	return shape{
		"shelves": {
			"sku": nil, "region": nil, "name": nil, "volume": nil, "fee": nil, "__typename": nil,
			"dimensions": {"width": nil, "height": nil}, "bin": {"number": nil, "label": nil, "room": room, "__typename": nil},
		},
		"items": {"id": nil, "__typename": nil, "Book": {"id": nil, "pages": nil}, "Film": {"minutes": nil, "id": nil}},
	}
}

// warehouseData is all of the warehouse, as one server would hold it.
func warehouseData(rows int) map[string]any {
	whole, _ := universe.WarehouseAnswer(rows).(map[string]any)
	number := func(text any) float64 {
		n, _ := strconv.Atoi(strings.TrimLeft(fmt.Sprint(text), "pbf"))
		return float64(n)
	}
	for _, shelf := range whole["shelves"].([]any) {
		for _, p := range shelf.([]any) {
			product := p.(map[string]any)
			product["dimensions"] = map[string]any{"width": number(product["sku"]), "height": 2.0}
			product["__typename"] = "Product"
			product["bin"].(map[string]any)["__typename"] = "Bin"
		}
	}
	for _, i := range whole["items"].([]any) {
		item := i.(map[string]any)
		item["__typename"] = "Book"
		if _, film := item["minutes"]; film {
			item["__typename"] = "Film"
		}
	}
	return whole
}

// question is a random selection, in GraphQL and as a function of the data.
type question struct {
	random *rand.Rand
	on     bool // the value of the variable $on
	text   strings.Builder
	nth    int
}

// selections writes a selection set and returns what it selects of an object:
// nil if that is null, because of a null that spreads.
func (q *question) selections(s shape, names []string) func(object map[string]any) map[string]any {
	var parts []func(object, out map[string]any) bool
	q.text.WriteString("{")
	for i := 0; i == 0 || q.random.IntN(4) > 0; i++ {
		name := names[q.random.IntN(len(names))]
		below := s[name]
		if name[0] >= 'A' && name[0] <= 'Z' {
			q.text.WriteString(" ... on " + name)
			part := q.selections(below, keysOf(below))
			parts = append(parts, func(object, out map[string]any) bool {
				if object["__typename"] == name {
					maps.Copy(out, part(object))
				}
				return true
			})
			continue
		}
		q.nth++
		alias := "k" + strconv.Itoa(q.nth)
		q.text.WriteString(" " + alias + ": " + name)
		shown := true
		switch q.random.IntN(6) {
		case 0:
			q.text.WriteString(" @include(if: $on)")
			shown = q.on
		case 1:
			q.text.WriteString(" @skip(if: $on)")
			shown = !q.on
		}
		part := func(object map[string]any) map[string]any { return object }
		if below != nil {
			part = q.selections(below, keysOf(below))
		}
		if shown {
			nullable := name == "name" || name == "bin"
			parts = append(parts, func(object, out map[string]any) bool {
				out[alias] = each(object[name], part)
				return nullable || out[alias] != nil
			})
		}
	}
	q.text.WriteString("}")
	return func(object map[string]any) map[string]any {
		out := map[string]any{}
		for _, part := range parts {
			if !part(object, out) {
				return nil
			}
		}
		return out
	}
}

func each(value any, part func(map[string]any) map[string]any) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = each(v[i], part)
		}
		return out
	case map[string]any:
		if object := part(v); object != nil {
			return object
		}
		return nil
	}
	return value
}

func keysOf(s shape) []string {
	var keys []string
	for _, name := range []string{"shelves", "items", "sku", "region", "name", "volume", "fee", "dimensions", "bin", "width", "height", "number", "label", "room", "code", "id", "Book", "Film", "pages", "minutes", "__typename"} {
		if _, ok := s[name]; ok {
			keys = append(keys, name)
		}
	}
	return keys
}

// withoutSome makes nulls of a nullable field (the name of product 1) and of the
// key of an entity (the room of the bin of product 2; bins may be null, their
// rooms and labels may not).
func withoutSome(t *testing.T) func(string, []byte) []byte {
	noisy := noise(t)
	return func(name string, body []byte) []byte {
		body = noisy(name, body)
		for _, text := range []string{`"Product 1"`, `"room-2"`} {
			body = bytes.ReplaceAll(body, []byte(text), []byte("null"))
		}
		return body
	}
}

// Random operations give what one server with all of the data would give.
func TestExecute_answers_random_operations(t *testing.T) {
	t.Parallel()
	const rows, operations = 7, 150
	f := federate(t, universe.Warehouse(rows))
	whole, poor := warehouseData(rows), warehouseData(rows)
	for _, shelf := range poor["shelves"].([]any) {
		for _, p := range shelf.([]any) {
			switch product := p.(map[string]any); product["sku"] {
			case "p1":
				product["name"] = nil
			case "p2":
				bin := product["bin"].(map[string]any)
				bin["label"], bin["room"] = nil, map[string]any{"code": nil}
			}
		}
	}
	for seed := range uint64(operations) {
		random := rand.New(rand.NewPCG(seed, 1))
		q := &question{random: random, on: random.IntN(2) == 0}
		s := warehouseShape()
		answer := q.selections(s, keysOf(s))
		text := "query" + q.text.String()
		if strings.Contains(text, "$on") {
			text = "query($on: Boolean!)" + q.text.String()
		}
		data := whole
		switch f.disturb = nil; seed % 3 {
		case 1:
			f.disturb = noise(t)
		case 2:
			f.disturb, data = withoutSome(t), poor
		}
		got := f.execute(t, f.program(t, text), fmt.Sprintf(`{"on":%t}`, q.on))
		want := roundTrip(t, answer(data))
		if diff := cmp.Diff(want, got.Data); diff != "" || seed%3 != 2 && len(got.Errors) > 0 {
			t.Fatalf("seed %d, on %t: %s\nerrors %v, data (-want +got):\n%s", seed, q.on, text, got.Errors, diff)
		}
	}
}

func roundTrip(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
