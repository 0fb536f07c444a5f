package delivery

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
)

func TestPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, verify, reset string }{
		{"", "", ""},
		{"https://example.com/app/", "https://example.com/app/verify?token=A%26B", "https://example.com/app/reset?token=A%26B"},
		{"http://127.0.0.1:4004", "http://127.0.0.1:4004/verify?token=A%26B", "http://127.0.0.1:4004/reset?token=A%26B"},
	} {
		pages, err := ParsePages(c.base, link.Keys{})
		if verify, reset := pages.Verify("A&B"), pages.Reset("A&B"); err != nil || verify != c.verify || reset != c.reset {
			t.Errorf("%q: %q, %q, %v", c.base, verify, reset, err)
		}
	}
	for _, base := range []string{"example.com", "ftp://example.com", "https://", "https://u:p@example.com", "https://example.com/?a", "https://example.com/#a", "https://exa mple.com"} {
		if _, err := ParsePages(base, link.Keys{}); err == nil {
			t.Errorf("%q is accepted", base)
		}
	}
}

func TestUnsubscribeLinksAreSignedAndEnd(t *testing.T) {
	t.Parallel()
	keys, err := link.ParseKeys("a:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		base string
		keys link.Keys
	}{{"", keys}, {"https://example.com", link.Keys{}}} {
		if pages, err := ParsePages(c.base, c.keys); err != nil || pages.Unsubscribe("usr_1", users.TopicDigest) != "" {
			t.Errorf("%q with %v has a link, or %v", c.base, c.keys, err)
		}
	}
	pages, err := ParsePages("https://example.com", keys)
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(pages.Unsubscribe("usr_1", users.TopicDigest))
	if err != nil || !strings.HasPrefix(address.String(), "https://example.com/unsubscribe?token=") {
		t.Fatalf("%s, %v", address, err)
	}
	got, err := keys.Open(address.Query().Get("token"), time.Now().Add(unsubscribeLife-time.Minute))
	if err != nil || got.UserID != "usr_1" || got.Topic != users.TopicDigest {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := keys.Open(address.Query().Get("token"), time.Now().Add(unsubscribeLife+time.Minute)); err == nil {
		t.Error("the link lasts for ever")
	}
}
