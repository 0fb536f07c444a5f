package server

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWriters(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	w := newWriters(5*time.Second, 1000, func() time.Time { return now })
	at := func(seconds float64) { now = time.Unix(1_800_000_000, int64(seconds*1e9)) }
	w.wrote("ada")
	w.wrote("")
	at(3)
	w.wrote("bob")
	for _, c := range []struct {
		after   float64
		subject string
		want    bool
	}{
		{3, "ada", true},
		{3, "bob", true},
		{3, "eve", false},
		{3, "", false},
		{4.9, "ada", true},
		{5, "ada", false},
		{5, "bob", true},
		{7.9, "bob", true},
		{8, "bob", false},
	} {
		at(c.after)
		if got := w.recently(c.subject); got != c.want {
			t.Errorf("%q after %v s: %v", c.subject, c.after, got)
		}
	}
	// A new generation forgets nobody before the time.
	at(20)
	w.wrote("ada")
	at(24)
	w.wrote("bob")
	at(25)
	w.wrote("eve")
	at(28.9)
	if w.recently("ada") || !w.recently("bob") || !w.recently("eve") {
		t.Error("what the generation before holds counts for another time")
	}
	// Nothing long is kept; who has such a name reads from the primary.
	long := strings.Repeat("x", 256)
	if entries := len(w.current); !w.recently(long) {
		t.Error("a long subject is trusted not to have written")
	} else if w.wrote(long); len(w.current) != entries {
		t.Error("a long subject is kept")
	}
	// Writing again counts from then.
	at(26)
	w.wrote("bob")
	at(30.9)
	if !w.recently("bob") {
		t.Error("the second write does not count")
	}
}

// TestWritersAreBounded has more writers than there is room: all count as one.
func TestWritersAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	w := newWriters(5*time.Second, 100, func() time.Time { return now })
	for i := range 10_000 {
		now = now.Add(time.Millisecond)
		w.wrote(strconv.Itoa(i))
		if n := len(w.current) + len(w.previous); n > 100 {
			t.Fatalf("%d entries after %d writers", n, i+1)
		}
		if !w.recently(strconv.Itoa(i)) {
			t.Fatalf("writer %d is not remembered", i)
		}
	}
	if !w.recently("somebody who never wrote") {
		t.Error("there was no room, and a reader is trusted not to have written")
	}
	now = now.Add(5 * time.Second)
	if w.recently("somebody who never wrote") {
		t.Error("the lack of room is remembered for too long")
	}
}
