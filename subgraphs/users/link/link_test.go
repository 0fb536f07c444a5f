package link_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
)

// secret is a key of 32 times the byte.
func secret(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune(b)), 32)))
}

func keys(t testing.TB, text string) link.Keys {
	t.Helper()
	parsed, err := link.ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

var (
	now         = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	unsubscribe = link.Unsubscribe{UserID: "usr_068sthz3kxq7v5c2m9r4t8w0eg", Topic: users.TopicDigest, Expires: now.Add(time.Hour)}
)

func TestOpenReturnsWhatWasSigned(t *testing.T) {
	t.Parallel()
	token := keys(t, "b:"+secret('b')).Sign(unsubscribe)
	for _, ring := range []string{"b:" + secret('b'), "c:" + secret('c') + ",b:" + secret('b')} {
		got, err := keys(t, ring).Open(token, now)
		if diff := cmp.Diff(unsubscribe, got); diff != "" || err != nil {
			t.Errorf("error %v, opened (-want +got):\n%s", err, diff)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	ring := keys(t, "b:"+secret('b'))
	good := ring.Sign(unsubscribe)
	parts := strings.Split(good, ".")
	other := unsubscribe
	other.UserID = "usr_somebody"
	foreign := strings.Split(keys(t, "b:"+secret('x')).Sign(other), ".")
	for name, token := range map[string]string{
		"nothing": "", "no dots": "abc", "one dot": "b.c", "one dot more": good + ".a", "a cut one": good[:len(good)-1],
		"an unknown key": "z." + parts[1] + "." + parts[2], "another key's": strings.Join(foreign, "."),
		"another body": parts[0] + "." + foreign[1] + "." + parts[2], "an endless one": good + strings.Repeat("a", link.MaxTokenBytes),
		"no signature": parts[0] + "." + parts[1] + ".",
	} {
		if got, err := ring.Open(token, now); !errors.Is(err, link.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := ring.Open(good, now.Add(time.Hour)); !errors.Is(err, link.ErrExpired) {
		t.Errorf("after its time: %v", err)
	}
	if _, err := (link.Keys{}).Open(good, now); !errors.Is(err, link.ErrInvalid) {
		t.Errorf("without keys: %v", err)
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	if ring := keys(t, " \n"); !ring.Empty() {
		t.Error("nothing has keys")
	}
	for _, text := range []string{"b", "b:abc", "b.c:" + secret('b'), "b:" + secret('b') + ",b:" + secret('c')} {
		if _, err := link.ParseKeys(text); err == nil || strings.Contains(err.Error(), secret('b')) {
			t.Errorf("%q: %v", text, err)
		}
	}
	ring := keys(t, "b:"+secret('b'))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, ring); text != "1 link keys" {
			t.Errorf("%s shows %s", format, text)
		}
	}
}

func FuzzOpen(f *testing.F) {
	ring := keys(f, "b:"+secret('b'))
	f.Add(ring.Sign(unsubscribe))
	f.Add("b.e30.x")
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := ring.Open(token, now); err == nil && got != unsubscribe {
			t.Errorf("%q opens as %+v", token, got)
		}
	})
}
