package router

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/router/internal/limit"
	"github.com/weftql/weft/router/internal/origin"
	"github.com/weftql/weft/router/internal/playground"
	"github.com/weftql/weft/router/internal/subgraph"
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
	// Auth is about access tokens too: what Apollo Router does not have.
	Auth AuthConfig `yaml:"auth"`
	// Identity is about the headers that tell subgraphs who is calling. Defaults
	// to none being sent.
	Identity IdentityConfig `yaml:"identity"`
	// ClientAddress is about how a client's address is found, which subgraphs are
	// told with mutations. Defaults to that of the connection.
	ClientAddress origin.Config `yaml:"client_address"`
	// OverrideSubgraphURL replaces subgraphs' addresses, by their names.
	OverrideSubgraphURL map[string]string `yaml:"override_subgraph_url"`
	// TrafficShaping bounds how long things take, and says how subgraphs are
	// reached.
	TrafficShaping TrafficConfig `yaml:"traffic_shaping"`
	// Headers says which headers go from clients to subgraphs, and back. Defaults to
	// none.
	Headers subgraph.HeaderConfig `yaml:"headers"`
	// TLS is about the certificates of subgraphs, and those that they want to see.
	// Defaults to the system's authorities, and to none.
	TLS TLSConfig `yaml:"tls"`
	// QueryPlanning is about plans.
	QueryPlanning PlanningConfig `yaml:"query_planning"`
	// ProgressiveOverride says which requests set the labels of @override. Defaults
	// to none but those of the form "percent(n)".
	ProgressiveOverride OverrideConfig `yaml:"progressive_override"`
	// Telemetry is about metrics. Defaults to none being served.
	Telemetry TelemetryConfig `yaml:"telemetry"`
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

// AuthConfig is about access tokens.
type AuthConfig struct {
	// Revocation is nil if tokens live until they end.
	Revocation *auth.RevocationConfig `yaml:"revocation"`
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
	if revocation := c.Auth.Revocation; revocation != nil {
		defaults := revocation.WithDefaults()
		c.Auth.Revocation = &defaults
	}
	c.ClientAddress = c.ClientAddress.WithDefaults()
	c.IncludeSubgraphErrors = c.IncludeSubgraphErrors.withDefaults()
	c.TrafficShaping = c.TrafficShaping.withDefaults()
	c.QueryPlanning = c.QueryPlanning.withDefaults()
	c.ProgressiveOverride.Header.Name = http.CanonicalHeaderKey(cmp.Or(c.ProgressiveOverride.Header.Name, "Override-Labels"))
	c.Telemetry = c.Telemetry.withDefaults()
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
		c.validateEndpoint(), c.validateLimits(), c.validateSubgraphs(subgraphs), c.TrafficShaping.validate(),
		c.validateTLS(),
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
	if revocation := c.Auth.Revocation; revocation != nil {
		if problem := revocation.Validate(); problem != nil {
			return fieldError(problem.Message, append([]string{"auth", "revocation"}, problem.Field...)...)
		}
		if c.Authentication.Router.JWT == nil {
			return fieldError("tokens are not checked: authentication.router.jwt is missing", "auth", "revocation")
		}
	}
	if problem := c.Telemetry.validate(); problem != nil {
		return problem
	}
	if problem := c.ClientAddress.Validate(); problem != nil {
		return fieldError(problem.Message, append([]string{"client_address"}, problem.Field...)...)
	}
	if problem := c.Headers.Validate(); problem != nil {
		return fieldError(problem.Message, append([]string{"headers"}, problem.Field...)...)
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
	if !plainPath(c.Supergraph.Path) {
		return fieldError(fmt.Sprintf("%q is no path: want one such as /graphql, without parameters and wildcards", c.Supergraph.Path), "supergraph", "path")
	}
	if !plainPath(c.HealthCheck.Path) || c.HealthCheck.Path == c.Supergraph.Path {
		return fieldError(fmt.Sprintf("%q is no path, or supergraph.path: want one such as /health", c.HealthCheck.Path), "health_check", "path")
	}
	return nil
}

// plainPath tells whether a path is one without parameters and wildcards.
func plainPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "*:{}?# ")
}

func (c Config) validateLimits() *FieldError {
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"http_max_request_bytes", c.Limits.HTTPMaxRequestBytes},
		{"parser_max_tokens", int64(c.Limits.ParserMaxTokens)},
		{"parser_max_recursion", int64(c.Limits.ParserMaxRecursion)},
		{"in_flight_max_bytes_per_cpu", c.Limits.InFlightMaxBytesPerCPU},
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
	for _, settings := range []struct {
		path  []string
		names iter.Seq[string]
	}{
		{[]string{"override_subgraph_url"}, maps.Keys(c.OverrideSubgraphURL)},
		{[]string{"include_subgraph_errors", "subgraphs"}, maps.Keys(c.IncludeSubgraphErrors.Subgraphs)},
		{[]string{"traffic_shaping", "subgraphs"}, maps.Keys(c.TrafficShaping.Subgraphs)},
		{[]string{"headers", "subgraphs"}, maps.Keys(c.Headers.Subgraphs)},
		{[]string{"tls", "subgraph", "subgraphs"}, maps.Keys(c.TLS.Subgraph.Subgraphs)},
	} {
		for _, name := range slices.Sorted(settings.names) {
			if !slices.Contains(subgraphs, name) {
				return fieldError(fmt.Sprintf("the supergraph has no subgraph %q; it has %s", name, strings.Join(subgraphs, ", ")),
					append(settings.path, name)...)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.OverrideSubgraphURL)) {
		if err := subgraph.CheckURL(c.OverrideSubgraphURL[name]); err != nil {
			return fieldError(err.Error(), "override_subgraph_url", name)
		}
	}
	return nil
}
