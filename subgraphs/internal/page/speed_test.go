package page_test

import "testing"

// BenchmarkCursor is what each row of a page costs.
func BenchmarkCursor(b *testing.B) {
	c := codec(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		c.Cursor("usr_068sthz3kxq7v5c2m9r4t8w0eg todos CREATED_AT DESC", position)
	}
}
