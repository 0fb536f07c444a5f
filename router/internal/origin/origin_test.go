package origin

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAddressIsBelievedAsFarAsProxiesAreTrusted(t *testing.T) {
	t.Parallel()
	trusted := []string{"10.0.0.0/8", "192.0.2.7", "fd00::/8"}
	for _, c := range []struct {
		name    string
		trusted []string
		header  string // Config.Header
		peer    string
		values  []string // of X-Forwarded-For, or of Config.Header
		want    string
	}{
		{name: "no proxies", peer: "198.51.100.1:4711", want: "198.51.100.1"},
		{name: "no proxies are trusted", peer: "10.0.0.1:1", values: []string{"203.0.113.9"}, want: "10.0.0.1"},
		{name: "a stranger's word", trusted: trusted, peer: "198.51.100.1:1", values: []string{"203.0.113.9"}, want: "198.51.100.1"},
		{name: "one proxy", trusted: trusted, peer: "10.0.0.1:1", values: []string{"203.0.113.9"}, want: "203.0.113.9"},
		{name: "one proxy, and what the client made up", trusted: trusted, peer: "10.0.0.1:1", values: []string{"127.0.0.1, 203.0.113.9"}, want: "203.0.113.9"},
		{name: "made up to look like a proxy", trusted: trusted, peer: "10.0.0.1:1", values: []string{"8.8.8.8, 10.0.0.2, 203.0.113.9"}, want: "203.0.113.9"},
		{name: "three proxies", trusted: trusted, peer: "10.0.0.1:1", values: []string{"8.8.8.8,203.0.113.9, 192.0.2.7 ,10.0.0.2"}, want: "203.0.113.9"},
		{name: "three lines", trusted: trusted, peer: "10.0.0.1:1", values: []string{"8.8.8.8", "203.0.113.9", "10.0.0.2"}, want: "203.0.113.9"},
		{name: "nobody but proxies", trusted: trusted, peer: "10.0.0.1:1", values: []string{"10.0.0.3, 10.0.0.2"}, want: "10.0.0.3"},
		{name: "a trusted proxy that says nothing", trusted: trusted, peer: "10.0.0.1:1", want: "10.0.0.1"},
		{name: "unknown", trusted: trusted, peer: "10.0.0.1:1", values: []string{"203.0.113.9, unknown"}, want: "10.0.0.1"},
		{name: "nonsense", trusted: trusted, peer: "10.0.0.1:1", values: []string{"203.0.113.9, 10.0.0.2', 10.0.0.3"}, want: "10.0.0.3"},
		{name: "empty elements", trusted: trusted, peer: "10.0.0.1:1", values: []string{"203.0.113.9,,"}, want: "10.0.0.1"},
		{name: "an empty line", trusted: trusted, peer: "10.0.0.1:1", values: []string{""}, want: "10.0.0.1"},
		{name: "ports", trusted: trusted, peer: "10.0.0.1:1", values: []string{"203.0.113.9:4711, [fd00::1]:80"}, want: "203.0.113.9"},
		{name: "version 6", trusted: trusted, peer: "[fd00::5]:1", values: []string{"2001:DB8::0:1, fd00::1, [fd00::2]"}, want: "2001:db8::1"},
		{name: "version 4 in version 6", trusted: trusted, peer: "[::ffff:10.0.0.1]:1", values: []string{"::ffff:203.0.113.9"}, want: "203.0.113.9"},
		{name: "a network of version 4 in version 6", trusted: []string{"::ffff:10.0.0.0/104"}, peer: "10.0.0.1:1", values: []string{"203.0.113.9"}, want: "203.0.113.9"},
		{name: "a zone", peer: "[fe80::1%eth0]:1", want: "fe80::1"},
		{name: "no address", trusted: trusted, peer: "@", values: []string{"203.0.113.9"}, want: ""},

		{name: "Forwarded", header: "forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for=8.8.8.8, For=203.0.113.9;proto=https;by=10.0.0.1`}, want: "203.0.113.9"},
		{name: "Forwarded with quotes", header: "Forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for="[2001:db8::1]:4711"`, `proto=http; for="10.0.0.2:80"`}, want: "2001:db8::1"},
		{name: "Forwarded with an open quote from the client", header: "Forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for="8.8.8.8, for=203.0.113.9`}, want: "203.0.113.9"},
		{name: "Forwarded with two addresses", header: "Forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for=8.8.8.8;for=203.0.113.9`}, want: "10.0.0.1"},
		{name: "Forwarded without an address", header: "Forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for=203.0.113.9, proto=https`}, want: "10.0.0.1"},
		{name: "Forwarded with a name", header: "Forwarded", trusted: trusted, peer: "10.0.0.1:1", values: []string{`for=_hidden`}, want: "10.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			finder, err := New(Config{TrustedProxies: c.trusted, Header: c.header})
			if err != nil {
				t.Fatal(err)
			}
			// The other header is nobody's business.
			read, other := XForwardedFor, Forwarded
			if strings.EqualFold(c.header, Forwarded) {
				read, other = other, read
			}
			header := http.Header{other: {"1.2.3.4", "for=1.2.3.4"}, "X-Real-Ip": {"1.2.3.4"}}
			if c.values != nil {
				header[read] = c.values
			}
			if got := finder.Find(Source{RemoteAddr: c.peer, Header: header}).Address; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestUserAgentIsBounded(t *testing.T) {
	t.Parallel()
	finder, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in, want string }{
		{"none", "", ""},
		{"usual", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101"},
		{"unprintable", "a\tb\x00c\u202ed\xffe", "abcde"},
		{"long", strings.Repeat("x", 5000), strings.Repeat("x", 256)},
		{"long, of two bytes each", "x" + strings.Repeat("é", 500), "x" + strings.Repeat("é", 127)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := finder.Find(Source{Header: http.Header{"User-Agent": {c.in}}}).UserAgent; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Header: "X-Real-IP"}, `origin: header: "X-Real-IP" is neither X-Forwarded-For nor Forwarded`},
		{Config{TrustedProxies: []string{"::1", "10.0.0.0/33"}}, `origin: trusted_proxies.1: "10.0.0.0/33" is neither a network`},
		{Config{TrustedProxies: []string{"proxy.internal"}}, `origin: trusted_proxies.0: `},
	} {
		if _, err := New(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q in it", err, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("10.0.0.1:1", "1.1.1.1, 10.0.0.2", `for="[::1]:1"`, "x")
	f.Fuzz(func(t *testing.T, peer, forwardedFor, forwarded, agent string) {
		header := http.Header{XForwardedFor: {forwardedFor}, Forwarded: {forwarded}, "User-Agent": {agent}}
		for _, name := range []string{XForwardedFor, Forwarded} {
			finder, err := New(Config{TrustedProxies: []string{"10.0.0.0/8", "::/0"}, Header: name})
			if err != nil {
				t.Fatal(err)
			}
			got := finder.Find(Source{RemoteAddr: peer, Header: header})
			if _, err := netip.ParseAddr(got.Address); err != nil && got.Address != "" {
				t.Errorf("address %q", got.Address)
			}
			if len(got.UserAgent) > MaxUserAgentBytes || !utf8.ValidString(got.UserAgent) {
				t.Errorf("user agent %q", got.UserAgent)
			}
		}
	})
}
