package origin

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
)

// The headers in which proxies say whom they got a request from.
const (
	// XForwardedFor has addresses, separated by commas.
	XForwardedFor = "X-Forwarded-For"
	// Forwarded is that of RFC 7239.
	Forwarded = "Forwarded"
)

// Config says which proxies are believed.
type Config struct {
	// TrustedProxies are the networks (10.0.0.0/8) and addresses of proxies that say
	// truly whom they got a request from. Defaults to none.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Header is where they say so: X-Forwarded-For or Forwarded. Defaults to
	// X-Forwarded-For.
	Header string `yaml:"header"`
}

// WithDefaults returns a copy in which empty fields have their defaults.
func (c Config) WithDefaults() Config {
	c.Header = cmp.Or(c.Header, XForwardedFor)
	return c
}

// Problem is a field of a Config that cannot be used.
type Problem struct {
	Field   []string // as in "trusted_proxies", "0"
	Message string
}

// Validate returns the first problem of a Config with defaults, or nil.
func (c Config) Validate() *Problem {
	if !strings.EqualFold(c.Header, XForwardedFor) && !strings.EqualFold(c.Header, Forwarded) {
		return &Problem{[]string{"header"}, fmt.Sprintf("%q is neither %s nor %s", c.Header, XForwardedFor, Forwarded)}
	}
	for i, text := range c.TrustedProxies {
		if _, err := parseNetwork(text); err != nil {
			return &Problem{
				[]string{"trusted_proxies", fmt.Sprint(i)},
				fmt.Sprintf("%q is neither a network such as 10.0.0.0/8 nor an address", text),
			}
		}
	}
	return nil
}

// parseNetwork reads a network, or an address, which is a network by itself.
func parseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		address = plain(address)
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	if address := network.Addr(); address.Is4In6() && network.Bits() >= 96 { // else it would hold nobody
		network = netip.PrefixFrom(address.Unmap(), network.Bits()-96)
	}
	return network.Masked(), nil
}
