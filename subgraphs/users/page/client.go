package page

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of proxies whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks (CIDR) with commas between them.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		network, err := netip.ParsePrefix(entry)
		if err != nil {
			address, wrong := netip.ParseAddr(entry)
			if wrong != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", entry)
			}
			network = netip.PrefixFrom(address.Unmap().WithZone(""), address.Unmap().BitLen())
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

// client returns the address that a request comes from: the last one on its way that
// is no proxy of ours; "" if it cannot be known.
func (p Proxies) client(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	address := peer.Addr().Unmap().WithZone("")
	way := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(way) {
		if !p.contain(address) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil { // the proxy does not know
			break
		}
		address = next.Unmap().WithZone("")
	}
	return address.String()
}

func (p Proxies) contain(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}
