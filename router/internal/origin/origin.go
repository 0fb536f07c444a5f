package origin

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxUserAgentBytes is how much of a user agent is kept: it goes into a header of
// requests to subgraphs, and into their databases.
const MaxUserAgentBytes = 256

// Origin is where a request comes from.
type Origin struct {
	// Address is the client's IP address, without a port or a zone; "" if the
	// connection has none.
	Address string
	// UserAgent is what the client says it is: printable UTF-8, at most
	// MaxUserAgentBytes of it.
	UserAgent string
}

// Source is what an Origin is found from: the parts of an http.Request.
type Source struct {
	// RemoteAddr is the peer's address and port.
	RemoteAddr string
	Header     http.Header
}

// Finder finds origins. It is immutable and safe for concurrent use.
type Finder struct {
	trusted []netip.Prefix
	header  string
	node    func(element string) string // the address in an element of the header
}

// New returns a Finder.
func New(config Config) (*Finder, error) {
	config = config.WithDefaults()
	if problem := config.Validate(); problem != nil {
		return nil, fmt.Errorf("origin: %s: %s", strings.Join(problem.Field, "."), problem.Message)
	}
	f := &Finder{header: http.CanonicalHeaderKey(config.Header), node: strings.TrimSpace}
	if f.header == Forwarded {
		f.node = forwardedFor
	}
	for _, text := range config.TrustedProxies {
		network, err := parseNetwork(text)
		if err != nil {
			return nil, fmt.Errorf("origin: %w", err)
		}
		f.trusted = append(f.trusted, network)
	}
	return f, nil
}

// Find returns where a request comes from.
func (f *Finder) Find(s Source) Origin {
	origin := Origin{UserAgent: printable(s.Header.Get("User-Agent"))}
	if address := f.address(s); address.IsValid() {
		origin.Address = address.String()
	}
	return origin
}

// address follows the proxies from the peer towards the client, as long as they
// are trusted. Behind the last one whose word can be understood is the client.
func (f *Finder) address(s Source) netip.Addr {
	peer, err := netip.ParseAddrPort(s.RemoteAddr)
	if err != nil { // not TCP
		return netip.Addr{}
	}
	address := plain(peer.Addr())
	lines := s.Header[f.header]
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			if !f.trusts(address) {
				return address
			}
			var element string
			// A comma in quotes separates too: no address has one, and quotes that a
			// client opens must not swallow what a proxy has added.
			at := strings.LastIndexByte(rest, ',')
			element, rest, more = rest[at+1:], rest[:max(at, 0)], at >= 0
			next, understood := parseNode(f.node(element))
			if !understood { // "unknown", say
				return address
			}
			address = next
		}
	}
	return address
}

func (f *Finder) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(f.trusted, func(network netip.Prefix) bool { return network.Contains(address) })
}

// forwardedFor returns the value of "for" in an element of Forwarded, without its
// quotes; "" unless it is there once.
func forwardedFor(element string) string {
	found := ""
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch {
		case !strings.EqualFold(name, "for"):
		case found != "":
			return ""
		default:
			found = value
		}
	}
	if unquoted, isQuoted := strings.CutPrefix(found, `"`); isQuoted {
		return strings.TrimSuffix(unquoted, `"`)
	}
	return found
}

// parseNode reads an address with or without a port (RFC 7239 §6), the one of
// version 6 with or without brackets.
func parseNode(text string) (netip.Addr, bool) {
	if address, err := netip.ParseAddr(text); err == nil {
		return plain(address), true
	}
	if address, err := netip.ParseAddrPort(text); err == nil {
		return plain(address.Addr()), true
	}
	inner, opens := strings.CutPrefix(text, "[")
	inner, closes := strings.CutSuffix(inner, "]")
	if address, err := netip.ParseAddr(inner); err == nil && opens && closes {
		return plain(address), true
	}
	return netip.Addr{}, false
}

// plain returns an address in the one form in which it is compared and sent on.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// printable returns the beginning of a header's value without what cannot be
// printed.
func printable(text string) string {
	text = text[:min(len(text), 4*MaxUserAgentBytes)]
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	for len(clean) > MaxUserAgentBytes {
		_, size := utf8.DecodeLastRuneInString(clean)
		clean = clean[:len(clean)-size]
	}
	return clean
}
