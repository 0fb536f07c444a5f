package limit

import (
	"cmp"
	"fmt"
	"net/http"
)

// Config holds the limits.
type Config struct {
	// HTTPMaxRequestBytes is the largest body of a request in bytes. Defaults to
	// 2,000,000.
	HTTPMaxRequestBytes int64 `yaml:"http_max_request_bytes"`
	// ParserMaxTokens is how many tokens a document may have. Defaults to 15,000.
	ParserMaxTokens int `yaml:"parser_max_tokens"`
	// ParserMaxRecursion is how deep selection sets and values may be nested.
	// Defaults to 500.
	ParserMaxRecursion int `yaml:"parser_max_recursion"`
	// InFlightMaxBytesPerCPU is how much memory the answers may take that are being
	// made at the same time, for each CPU that Go uses and as far as it is known what
	// they need; further requests wait. Defaults to 12 MiB.
	InFlightMaxBytesPerCPU int64 `yaml:"in_flight_max_bytes_per_cpu"`
}

// WithDefaults returns a copy in which limits that are 0 have their defaults.
func (c Config) WithDefaults() Config {
	c.HTTPMaxRequestBytes = cmp.Or(c.HTTPMaxRequestBytes, 2_000_000)
	c.ParserMaxTokens = cmp.Or(c.ParserMaxTokens, 15_000)
	c.ParserMaxRecursion = cmp.Or(c.ParserMaxRecursion, 500)
	c.InFlightMaxBytesPerCPU = cmp.Or(c.InFlightMaxBytesPerCPU, 12<<20)
	return c
}

// Middleware bounds the body of each request: reading further than
// HTTPMaxRequestBytes gives a *http.MaxBytesError.
func Middleware(config Config) (func(http.Handler) http.Handler, error) {
	config = config.WithDefaults()
	if config.HTTPMaxRequestBytes < 0 {
		return nil, fmt.Errorf("limit: HTTPMaxRequestBytes is %d; it has to be positive", config.HTTPMaxRequestBytes)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, config.HTTPMaxRequestBytes)
			next.ServeHTTP(w, r)
		})
	}, nil
}
