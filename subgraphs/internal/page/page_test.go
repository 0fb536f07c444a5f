package page_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/refusal"
)

func codec(t testing.TB, keys ...byte) *page.Codec {
	t.Helper()
	var all [][]byte
	for _, key := range keys {
		all = append(all, bytes.Repeat([]byte{key}, 32))
	}
	c, err := page.NewCodec(all...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func number(n int32) *int32 { return &n }

func text(s string) *string { return &s }

// keyed is a position in an order by something else than a moment.
var keyed = page.Position{Key: "Äpfel kaufen", ID: id.UUID{15: 7}}

var position = page.Position{At: time.Date(2026, 11, 21, 9, 30, 0, 123456000, time.UTC), ID: id.UUID{1, 2, 15: 3}}

func TestWindow(t *testing.T) {
	t.Parallel()
	c := codec(t, 1)
	cursor := c.Cursor("scope", position)
	for _, tc := range []struct {
		name string
		args page.Args
		want page.Window
		err  string
	}{
		{"nothing", page.NewArgs(nil, nil, nil, nil), page.Window{Limit: 20}, ""},
		{"first", page.NewArgs(number(5), nil, nil, nil), page.Window{Limit: 5}, ""},
		{"first none", page.NewArgs(number(0), nil, nil, nil), page.Window{}, ""},
		{"first and after", page.NewArgs(number(100), &cursor, nil, nil), page.Window{Limit: 100, After: &position}, ""},
		{"last and before", page.NewArgs(nil, nil, number(5), &cursor), page.Window{Limit: 5, Backward: true, Before: &position}, ""},
		{"before alone", page.NewArgs(nil, nil, nil, &cursor), page.Window{Limit: 20, Backward: true, Before: &position}, ""},
		{"an empty cursor is none", page.NewArgs(nil, text(""), nil, nil), page.Window{Limit: 20}, ""},
		{"both", page.NewArgs(number(1), nil, number(1), nil), page.Window{}, "argument last cannot be combined with first"},
		{"too many", page.NewArgs(number(101), nil, nil, nil), page.Window{}, "argument first is 101, but must be from 0 to 100"},
		{"fewer than none", page.NewArgs(nil, nil, number(-1), nil), page.Window{}, "argument last is -1, but must be from 0 to 100"},
		{"no cursor", page.NewArgs(nil, text("x"), nil, nil), page.Window{}, "argument after is not a cursor of this connection: cursors fit the query, filter, order and person that they were made for"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.Window("scope", tc.args)
			if tc.err != "" {
				if err == nil || err.Error() != tc.err || !errors.Is(err, refusal.BadInput("")) {
					t.Errorf("error %v, want the refusal %q", err, tc.err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("error %v, window (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestCursorsAreBoundAndSigned(t *testing.T) {
	t.Parallel()
	for _, position := range []page.Position{
		position, keyed,
		{Key: strings.Repeat("x", 1_024)},
		{Key: strings.Repeat("8", 8)}, // as long as a moment
		{At: time.UnixMicro(math.MaxInt64).UTC()},
		{At: time.UnixMicro(math.MinInt64).UTC()},
	} {
		cursor := codec(t, 1).Cursor("scope", position)
		accepts := func(c *page.Codec, scope, cursor string) bool {
			w, err := c.Window(scope, page.NewArgs(nil, &cursor, nil, nil))
			return err == nil && cmp.Equal(*w.After, position)
		}
		if !accepts(codec(t, 1), "scope", cursor) {
			t.Errorf("%+v: the cursor is refused where it was made", position)
		}
		if !accepts(codec(t, 2, 1), "scope", cursor) {
			t.Error("the cursor is refused after a change of keys")
		}
		if accepts(codec(t, 2), "scope", cursor) {
			t.Error("another key's cursor is accepted")
		}
		for _, other := range []string{"other", "scop", "scopee", ""} {
			if accepts(codec(t, 1), other, cursor) {
				t.Errorf("the cursor is accepted by the connection %q", other)
			}
		}
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			changed := bytes.Clone(raw)
			changed[i] ^= 1
			if accepts(codec(t, 1), "scope", base64.RawURLEncoding.EncodeToString(changed)) {
				t.Errorf("a cursor whose byte %d was changed is accepted", i)
			}
		}
		if strings.Contains(cursor, "scope") {
			t.Error("the cursor tells its scope")
		}
	}
}

func TestSlice(t *testing.T) {
	t.Parallel()
	cursor := &page.Position{}
	for _, tc := range []struct {
		name   string
		window page.Window
		rows   []int
		want   []int
		info   page.Info
	}{
		{"fewer than a page", page.Window{Limit: 3}, []int{1, 2}, []int{1, 2}, page.Info{}},
		{"one more than a page", page.Window{Limit: 3}, []int{1, 2, 3, 4}, []int{1, 2, 3}, page.Info{HasNextPage: true}},
		{"after a cursor", page.Window{Limit: 3, After: cursor}, []int{1}, []int{1}, page.Info{HasPreviousPage: true}},
		{"backwards", page.Window{Limit: 3, Backward: true}, []int{4, 3, 2, 1}, []int{2, 3, 4}, page.Info{HasPreviousPage: true}},
		{"backwards before a cursor", page.Window{Limit: 3, Backward: true, Before: cursor}, []int{2, 1}, []int{1, 2}, page.Info{HasNextPage: true}},
		{"an empty page", page.Window{}, []int{1}, []int{}, page.Info{HasNextPage: true}},
	} {
		rows, info := page.Slice(tc.window, tc.rows)
		if diff := cmp.Diff(tc.want, rows) + cmp.Diff(tc.info, info); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func FuzzWindow(f *testing.F) {
	c := codec(f, 1)
	f.Add(c.Cursor("scope", position))
	f.Add(c.Cursor("scope", keyed))
	f.Add(c.Cursor("scop", page.Position{Key: "e"}))
	f.Add("AA")
	f.Fuzz(func(t *testing.T, cursor string) {
		w, err := c.Window("scope", page.NewArgs(nil, &cursor, nil, nil))
		if err == nil && w.After != nil && c.Cursor("scope", *w.After) != cursor {
			t.Errorf("%q is accepted, but it is not what was signed", cursor)
		}
	})
}
