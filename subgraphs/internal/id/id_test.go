package id_test

import (
	"bytes"
	"encoding/base32"
	"slices"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/internal/id"
)

func TestFormatAndParse(t *testing.T) {
	t.Parallel()
	u := id.New()
	text := id.Format(id.Todo, u)
	if !strings.HasPrefix(text, "tdo_") || len(text) != 30 {
		t.Errorf("id %q", text)
	}
	got, err := id.Parse(id.Todo, text)
	if err != nil || got != u {
		t.Errorf("Parse(%q) = %x, %v; want %x", text, got, err, u)
	}
	if kind := id.KindOf(text); kind != id.Todo {
		t.Errorf("kind %q", kind)
	}
}

func TestTextSortsAsBytes(t *testing.T) {
	t.Parallel()
	var uuids []id.UUID
	for range 1000 {
		uuids = append(uuids, id.New())
	}
	byBytes, byText := slices.Clone(uuids), slices.Clone(uuids)
	slices.SortFunc(byBytes, func(a, b id.UUID) int { return bytes.Compare(a[:], b[:]) })
	slices.SortFunc(byText, func(a, b id.UUID) int { return strings.Compare(id.Format(id.User, a), id.Format(id.User, b)) })
	if !slices.Equal(byBytes, byText) {
		t.Error("texts and bytes sort differently")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := id.Format(id.User, id.New())
	for name, text := range map[string]string{
		"nothing": "", "another kind": "tdo" + good[3:], "no prefix": good[4:], "a short one": good[:29], "a long one": good + "0",
		"upper case": strings.ToUpper(good), "a letter that no id has": good[:10] + "u" + good[11:], "bits beyond the last byte": good[:29] + "1",
		"a line break": good[:10] + "\n" + good[11:],
	} {
		if _, err := id.Parse(id.User, text); err == nil {
			t.Errorf("%s: %q is accepted", name, text)
		}
	}
	if got := id.ParseAll(id.User, []string{"x", good, ""}); len(got) != 1 {
		t.Errorf("ParseAll kept %d", len(got))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("usr_00000000000000000000000000")
	f.Add("usr_zzzzzzzzzzzzzzzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := id.Parse(id.User, text)
		if err == nil && id.Format(id.User, u) != text {
			t.Errorf("%q and %q are one id", text, id.Format(id.User, u))
		}
	})
}

// TestFormatIsBase32 holds Format against the encoding that Parse reads.
func TestFormatIsBase32(t *testing.T) {
	t.Parallel()
	want := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
	for range 1000 {
		u := id.New()
		if got, want := id.Format(id.Todo, u), "tdo_"+want.EncodeToString(u[:]); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
