package router

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/router/internal/limit"
	"github.com/weftql/weft/router/internal/playground"
)

// Config configures a Router. The zero value works: it answers operations
// within the default limits, and everything else is off.
type Config struct {
	// Supergraph is about the endpoint.
	Supergraph EndpointConfig `yaml:"supergraph"`
	// HealthCheck is about GET /health.
	HealthCheck HealthConfig `yaml:"health_check"`
	// Limits bounds what one request may cost.
	Limits limit.Config `yaml:"limits"`
	// IncludeSubgraphErrors says whose errors clients may read.
	IncludeSubgraphErrors IncludeErrorsConfig `yaml:"include_subgraph_errors"`
	// Authentication is about access tokens. Defaults to none: all callers are
	// anonymous.
	Authentication AuthenticationConfig `yaml:"authentication"`
	// Identity is about the headers that tell subgraphs who is calling. Defaults
	// to none being sent.
	Identity IdentityConfig `yaml:"identity"`
	// OverrideSubgraphURL replaces subgraphs' addresses, by their names.
	OverrideSubgraphURL map[string]string `yaml:"override_subgraph_url"`
	// TrafficShaping bounds how long things take.
	TrafficShaping TrafficConfig `yaml:"traffic_shaping"`
	// QueryPlanning is about plans.
	QueryPlanning PlanningConfig `yaml:"query_planning"`
	// ProgressiveOverride says which requests set the labels of @override. Defaults
	// to none but those of the form "percent(n)".
	ProgressiveOverride OverrideConfig `yaml:"progressive_override"`
	// Playground is the page for browsers. Defaults to none.
	Playground PlaygroundConfig `yaml:"playground"`
}

// EndpointConfig is about the endpoint for GraphQL.
type EndpointConfig struct {
	// Listen is the address that `weft serve` listens on. Defaults to
	// 127.0.0.1:4000.
	Listen string `yaml:"listen"`
	// Path is where operations are sent to. Defaults to /graphql.
	Path string `yaml:"path"`
	// Introspection answers __schema and __type. Defaults to false.
	Introspection bool `yaml:"introspection"`
}

// HealthConfig is about the health check.
type HealthConfig struct {
	// Enabled serves it. Defaults to true.
	Enabled *bool `yaml:"enabled"`
	// Path is where it is. Defaults to /health.
	Path string `yaml:"path"`
}

// AuthenticationConfig holds Apollo Router's authentication.router.jwt.
type AuthenticationConfig struct {
	Router struct {
		// JWT is nil if tokens are not checked.
		JWT *auth.Config `yaml:"jwt"`
	} `yaml:"router"`
}

// IdentityConfig holds the keys that sign who is calling (package identity). One
// of the two fields is set, or none.
type IdentityConfig struct {
	// Keys is "id:base64,id:base64"; the first key signs.
	Keys string `yaml:"keys"`
	// KeysFile names a file that holds the same; in a configuration file it is
	// relative to that file.
	KeysFile string `yaml:"keys_file"`
}

// TrafficConfig bounds how long things take.
type TrafficConfig struct {
	// Router is about the answer to a client.
	Router TimeoutConfig `yaml:"router"`
	// All is about one request to any subgraph.
	All SubgraphTrafficConfig `yaml:"all"`
}

// SubgraphTrafficConfig is about requests to subgraphs.
type SubgraphTrafficConfig struct {
	TimeoutConfig `yaml:",inline"`
	// DeduplicateQuery sends equal queries of equal callers once while they are on
	// their way. Defaults to true.
	DeduplicateQuery *bool `yaml:"deduplicate_query"`
}

// TimeoutConfig is a time limit.
type TimeoutConfig struct {
	// Timeout defaults to 30 seconds.
	Timeout time.Duration `yaml:"timeout"`
}

// PlaygroundConfig is the page for browsers.
type PlaygroundConfig struct {
	// Enabled serves it at "/". Defaults to false.
	Enabled bool `yaml:"enabled"`

	playground.Config `yaml:",inline"`
}

// Development returns a copy with everything on that helps to write clients and
// subgraphs, and that nobody else should see: playground, introspection, plans
// and the subgraphs' errors.
func (c Config) Development() Config {
	c.Supergraph.Introspection = true
	c.Playground.Enabled = true
	c.QueryPlanning.Expose = true
	c.IncludeSubgraphErrors.All = ErrorsConfig{Whole: new(true)}
	return c
}

// WithDefaults returns a copy in which empty fields have their defaults.
func (c Config) WithDefaults() Config {
	c.Supergraph.Listen = cmp.Or(c.Supergraph.Listen, "127.0.0.1:4000")
	c.Supergraph.Path = cmp.Or(c.Supergraph.Path, "/graphql")
	c.HealthCheck.Path = cmp.Or(c.HealthCheck.Path, "/health")
	if c.HealthCheck.Enabled == nil {
		enabled := true
		c.HealthCheck.Enabled = &enabled
	}
	c.Limits = c.Limits.WithDefaults()
	if jwt := c.Authentication.Router.JWT; jwt != nil {
		defaults := jwt.WithDefaults()
		c.Authentication.Router.JWT = &defaults
	}
	c.IncludeSubgraphErrors = c.IncludeSubgraphErrors.withDefaults()
	c.TrafficShaping.Router.Timeout = cmp.Or(c.TrafficShaping.Router.Timeout, 30*time.Second)
	c.TrafficShaping.All.Timeout = cmp.Or(c.TrafficShaping.All.Timeout, 30*time.Second)
	c.QueryPlanning = c.QueryPlanning.withDefaults()
	c.ProgressiveOverride.Header.Name = http.CanonicalHeaderKey(cmp.Or(c.ProgressiveOverride.Header.Name, "Override-Labels"))
	if c.TrafficShaping.All.DeduplicateQuery == nil {
		c.TrafficShaping.All.DeduplicateQuery = new(true)
	}
	c.Playground.Config = c.Playground.WithDefaults()
	c.Playground.Endpoint = c.Supergraph.Path
	return c
}

// FieldError is a setting that cannot be used.
type FieldError struct {
	// Field leads to the setting, as in "limits", "parser_max_tokens"; an item of
	// a list has its index.
	Field []string
	// Message says what is wrong with it.
	Message string
}

// Error names the setting and says what is wrong with it.
func (e *FieldError) Error() string { return strings.Join(e.Field, ".") + ": " + e.Message }

func fieldError(message string, field ...string) *FieldError {
	return &FieldError{Field: field, Message: message}
}

// validate returns a *FieldError for the first setting that cannot be used,
// given the names of the supergraph's subgraphs.
func (c Config) validate(subgraphs []string) error {
	for _, problem := range []*FieldError{
		c.validateEndpoint(), c.validateLimits(), c.validateSubgraphs(subgraphs), c.validateTimeouts(),
		c.QueryPlanning.validate(), c.validateOverride(),
	} {
		if problem != nil {
			return problem
		}
	}
	if jwt := c.Authentication.Router.JWT; jwt != nil {
		if problem := jwt.Validate(); problem != nil {
			return fieldError(problem.Message, append([]string{"authentication", "router", "jwt"}, problem.Field...)...)
		}
	}
	if c.Identity.Keys != "" && c.Identity.KeysFile != "" {
		return fieldError("keys and keys_file are both there: one of them is needed", "identity", "keys_file")
	}
	return nil
}

func (c Config) validateEndpoint() *FieldError {
	if _, port, err := net.SplitHostPort(c.Supergraph.Listen); err != nil || port == "" {
		return fieldError(fmt.Sprintf("%q is no address to listen on: want host:port", c.Supergraph.Listen), "supergraph", "listen")
	}
	plain := func(path string) bool {
		return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "*:{}?# ")
	}
	if !plain(c.Supergraph.Path) {
		return fieldError(fmt.Sprintf("%q is no path: want one such as /graphql, without parameters and wildcards", c.Supergraph.Path), "supergraph", "path")
	}
	if !plain(c.HealthCheck.Path) || c.HealthCheck.Path == c.Supergraph.Path {
		return fieldError(fmt.Sprintf("%q is no path, or supergraph.path: want one such as /health", c.HealthCheck.Path), "health_check", "path")
	}
	return nil
}

func (c Config) validateLimits() *FieldError {
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"http_max_request_bytes", c.Limits.HTTPMaxRequestBytes},
		{"parser_max_tokens", int64(c.Limits.ParserMaxTokens)},
		{"parser_max_recursion", int64(c.Limits.ParserMaxRecursion)},
	} {
		if limit.value < 1 {
			return fieldError(fmt.Sprintf("%d is too small: it has to be 1 at least", limit.value), "limits", limit.name)
		}
	}
	return nil
}

// validateSubgraphs finds names that no subgraph has: a setting for a misspelt
// one would silently not be there.
func (c Config) validateSubgraphs(subgraphs []string) *FieldError {
	unknown := func(name string) string {
		return fmt.Sprintf("the supergraph has no subgraph %q; it has %s", name, strings.Join(subgraphs, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(c.OverrideSubgraphURL)) {
		if !slices.Contains(subgraphs, name) {
			return fieldError(unknown(name), "override_subgraph_url", name)
		}
		if text := c.OverrideSubgraphURL[name]; !isHTTP(text) {
			return fieldError(fmt.Sprintf("%q is no http or https address", text), "override_subgraph_url", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.IncludeSubgraphErrors.Subgraphs)) {
		if !slices.Contains(subgraphs, name) {
			return fieldError(unknown(name), "include_subgraph_errors", "subgraphs", name)
		}
	}
	return nil
}

func isHTTP(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

func (c Config) validateTimeouts() *FieldError {
	check := func(t TimeoutConfig, name string) *FieldError {
		if t.Timeout < 0 {
			return fieldError(fmt.Sprintf("%s is negative", t.Timeout), "traffic_shaping", name, "timeout")
		}
		return nil
	}
	return cmp.Or(check(c.TrafficShaping.Router, "router"), check(c.TrafficShaping.All.TimeoutConfig, "all"))
}
