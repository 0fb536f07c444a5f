package execute

import (
	"strconv"
	"testing"
)

// The table gives equal texts equal numbers, in the order in which they first
// came, however many there are and however they collide.
func TestTable_numbers_texts(t *testing.T) {
	t.Parallel()
	var table table
	for range 2 { // the second time in used memory
		table.reset()
		var body []byte
		want := map[string]int32{}
		for i := range 20000 {
			text := strconv.Itoa(i * i % 7919)
			start := len(body)
			body = append(body, text...)
			number, found := table.find(body, body[start:])
			if !found {
				number = table.add(span{start, len(body)})
			}
			known, ok := want[text]
			if !ok {
				known = int32(len(want))
				want[text] = known
			}
			if number != known || found != ok {
				t.Fatalf("%q has the number %d (found: %t), want %d", text, number, found, known)
			}
			if found {
				body = body[:start]
			}
		}
		// The same hash is not the same text.
		table.reset()
		table.hashes, table.spans = append(table.hashes, 0), append(table.spans, span{0, 1})
		for i := range table.slots {
			table.slots[i] = 1
		}
		table.slots[len(table.slots)/2] = 0
		if number, found := table.find([]byte("xy"), []byte("y")); found {
			t.Fatalf("another text has the number %d", number)
		}
	}
}
