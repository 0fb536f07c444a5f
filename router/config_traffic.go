package router

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/weftql/weft/router/internal/subgraph"
)

// TrafficConfig bounds how long things take, and says how subgraphs are reached.
type TrafficConfig struct {
	// Router is about the answer to a client.
	Router RouterTrafficConfig `yaml:"router"`
	// All is about requests to any subgraph.
	All SubgraphTrafficConfig `yaml:"all"`
	// Subgraphs is for single ones, by their names. What an item does not say is as
	// in All.
	Subgraphs map[string]SubgraphTrafficConfig `yaml:"subgraphs"`
}

// RouterTrafficConfig is about the answers to clients.
type RouterTrafficConfig struct {
	TimeoutConfig `yaml:",inline"`
	// DeduplicateQuery executes equal queries of equal callers once while they are
	// being executed. Defaults to false.
	DeduplicateQuery bool `yaml:"deduplicate_query"`
}

// SubgraphTrafficConfig is about requests to subgraphs, and the connections that
// they take.
type SubgraphTrafficConfig struct {
	TimeoutConfig `yaml:",inline"`
	// DeduplicateQuery sends equal queries of equal callers once while they are on
	// their way. Defaults to true.
	DeduplicateQuery *bool `yaml:"deduplicate_query"`
	// ConnectTimeout is how long connecting may take, within Timeout. Defaults to
	// 5 seconds.
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
	// PoolIdleTimeout is how long an unused connection is kept. Defaults to 50
	// seconds.
	PoolIdleTimeout time.Duration `yaml:"pool_idle_timeout"`
	// PoolMaxAge is for how long a connection is used. The name of a host is looked
	// up for each new one. Defaults to 5 minutes.
	PoolMaxAge time.Duration `yaml:"pool_max_age"`
	// MaxConnections is how many connections there may be to one subgraph; further
	// requests wait. Defaults to 512.
	MaxConnections int `yaml:"max_connections"`
	// MaxResponseBytes is how large a response may be, before and after
	// decompression. Defaults to 64 MiB.
	MaxResponseBytes int `yaml:"max_response_bytes"`
	// HTTP2 is enable (over TLS, where the subgraph offers it), disable, or
	// http2only (without TLS too). Defaults to enable.
	HTTP2 string `yaml:"experimental_http2"`
	// AcceptEncoding are the encodings that responses may have, the preferred one
	// first: gzip, br, zstd. Defaults to none.
	AcceptEncoding []string `yaml:"accept_encoding"`
	// Proxy is the URL of a proxy, which may have a user and a password. Defaults to
	// what the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.
	Proxy string `yaml:"proxy"`
}

// TimeoutConfig is a time limit.
type TimeoutConfig struct {
	// Timeout defaults to 30 seconds.
	Timeout time.Duration `yaml:"timeout"`
}

// TLSConfig is about TLS with others.
type TLSConfig struct {
	// Subgraph is about https to subgraphs.
	Subgraph SubgraphTLSConfig `yaml:"subgraph"`
}

// SubgraphTLSConfig is about https to subgraphs.
type SubgraphTLSConfig struct {
	// All is for every subgraph that is not named.
	All subgraph.TLSConfig `yaml:"all"`
	// Subgraphs is for single ones, by their names, in place of All.
	Subgraphs map[string]subgraph.TLSConfig `yaml:"subgraphs"`
}

// of returns the configuration of one subgraph.
func (c SubgraphTLSConfig) of(name string) subgraph.TLSConfig {
	if single, named := c.Subgraphs[name]; named {
		return single
	}
	return c.All
}

func (c TrafficConfig) withDefaults() TrafficConfig {
	c.Router.Timeout = cmp.Or(c.Router.Timeout, 30*time.Second)
	defaults := subgraph.Settings{}.WithDefaults()
	c.All = c.All.orElse(SubgraphTrafficConfig{
		TimeoutConfig:    TimeoutConfig{defaults.Timeout},
		DeduplicateQuery: new(true),
		ConnectTimeout:   defaults.ConnectTimeout,
		PoolIdleTimeout:  defaults.IdleTimeout,
		PoolMaxAge:       defaults.MaxAge,
		MaxConnections:   defaults.MaxConnections,
		MaxResponseBytes: defaults.MaxResponseBytes,
		HTTP2:            string(defaults.HTTP2),
	})
	return c
}

// orElse returns the configuration with others' values in place of what it does
// not say.
func (c SubgraphTrafficConfig) orElse(other SubgraphTrafficConfig) SubgraphTrafficConfig {
	c.Timeout = cmp.Or(c.Timeout, other.Timeout)
	c.DeduplicateQuery = cmp.Or(c.DeduplicateQuery, other.DeduplicateQuery)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, other.ConnectTimeout)
	c.PoolIdleTimeout = cmp.Or(c.PoolIdleTimeout, other.PoolIdleTimeout)
	c.PoolMaxAge = cmp.Or(c.PoolMaxAge, other.PoolMaxAge)
	c.MaxConnections = cmp.Or(c.MaxConnections, other.MaxConnections)
	c.MaxResponseBytes = cmp.Or(c.MaxResponseBytes, other.MaxResponseBytes)
	c.HTTP2 = cmp.Or(c.HTTP2, other.HTTP2)
	if c.AcceptEncoding == nil {
		c.AcceptEncoding = other.AcceptEncoding
	}
	c.Proxy = cmp.Or(c.Proxy, other.Proxy)
	return c
}

// of returns the configuration of one subgraph.
func (c TrafficConfig) of(name string) SubgraphTrafficConfig {
	return c.Subgraphs[name].orElse(c.All)
}

// settings returns how a subgraph at an address is reached.
func (c SubgraphTrafficConfig) settings(address string, tls subgraph.TLSConfig) subgraph.Settings {
	s := subgraph.Settings{
		Timeout: c.Timeout, ConnectTimeout: c.ConnectTimeout, IdleTimeout: c.PoolIdleTimeout, MaxAge: c.PoolMaxAge,
		MaxConnections: c.MaxConnections, MaxResponseBytes: c.MaxResponseBytes,
		HTTP2: subgraph.HTTP2(c.HTTP2), TLS: tls, Proxy: c.proxy(address),
	}
	for _, e := range c.AcceptEncoding {
		s.AcceptEncoding = append(s.AcceptEncoding, subgraph.Encoding(e))
	}
	return s
}

// proxy returns the proxy to an address, or nil.
func (c SubgraphTrafficConfig) proxy(address string) *url.URL {
	where, err := url.Parse(address)
	if err != nil || where.Host == "" { // a bad address, which is reported elsewhere, or a socket
		return nil
	}
	if c.Proxy == "" {
		proxy, _ := http.ProxyFromEnvironment(&http.Request{URL: where})
		return proxy
	}
	proxy, _ := url.Parse(c.Proxy) // validate has seen it
	return proxy
}

func (c TrafficConfig) validate() *FieldError {
	if c.Router.Timeout < 0 {
		return fieldError(fmt.Sprintf("%s is negative", c.Router.Timeout), "traffic_shaping", "router", "timeout")
	}
	if problem := c.All.validate("traffic_shaping", "all"); problem != nil {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		if problem := c.Subgraphs[name].validate("traffic_shaping", "subgraphs", name); problem != nil {
			return problem
		}
	}
	return nil
}

// validate looks at what is set; path leads to the configuration.
func (c SubgraphTrafficConfig) validate(path ...string) *FieldError {
	at := func(field, format string, arguments ...any) *FieldError {
		return fieldError(fmt.Sprintf(format, arguments...), append(slices.Clone(path), field)...)
	}
	for _, duration := range []struct {
		name  string
		value time.Duration
	}{
		{"timeout", c.Timeout}, {"connect_timeout", c.ConnectTimeout}, {"pool_idle_timeout", c.PoolIdleTimeout}, {"pool_max_age", c.PoolMaxAge},
	} {
		if duration.value < 0 {
			return at(duration.name, "%s is negative", duration.value)
		}
	}
	switch {
	case c.MaxConnections < 0:
		return at("max_connections", "%d is negative", c.MaxConnections)
	case c.MaxResponseBytes < 0 || c.MaxResponseBytes > subgraph.MaxResponseBytes:
		return at("max_response_bytes", "%d is not between 1 and %d", c.MaxResponseBytes, subgraph.MaxResponseBytes)
	case c.HTTP2 != "" && !subgraph.HTTP2(c.HTTP2).Known():
		return at("experimental_http2", "%q is none of enable, disable, http2only", c.HTTP2)
	}
	for i, e := range c.AcceptEncoding {
		if !subgraph.Encoding(e).Known() {
			return at("accept_encoding", "item %d: %q is none of gzip, br, zstd", i, e)
		}
	}
	if proxy, err := url.Parse(c.Proxy); c.Proxy != "" && (err != nil || proxy.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme)) {
		return at("proxy", "it is no address of a proxy: want http://host:port, https://host:port or socks5://host:port")
	}
	return nil
}

// validateTLS looks at all certificates that there are.
func (c Config) validateTLS() *FieldError {
	check := func(t subgraph.TLSConfig, path ...string) *FieldError {
		if problem := t.Validate(); problem != nil {
			return fieldError(problem.Message, append(append([]string{"tls", "subgraph"}, path...), problem.Field...)...)
		}
		return nil
	}
	if problem := check(c.TLS.Subgraph.All, "all"); problem != nil {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(c.TLS.Subgraph.Subgraphs)) {
		if problem := check(c.TLS.Subgraph.Subgraphs[name], "subgraphs", name); problem != nil {
			return problem
		}
	}
	return nil
}
