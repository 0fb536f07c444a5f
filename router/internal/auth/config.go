package auth

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Config says where access tokens are found and who may issue them. Its keys are
// those of Apollo Router's authentication.router.jwt.
type Config struct {
	// HeaderName is the request header that holds the token. Defaults to
	// Authorization.
	HeaderName string `yaml:"header_name"`
	// HeaderValuePrefix stands before the token, with a space between them; its
	// case does not matter. Defaults to Bearer.
	HeaderValuePrefix string `yaml:"header_value_prefix"`
	// JWKS are the issuers' key sets. At least one is needed.
	JWKS []JWKS `yaml:"jwks"`
	// Lists are the names of further claims that a Caller keeps: arrays of strings,
	// or strings with spaces. Defaults to none.
	Lists []string `yaml:"-"`
}

// JWKS is one issuer's key set (RFC 7517 §5) and what tokens signed with its
// keys have to say.
type JWKS struct {
	// URL is the key set's http or https address.
	URL string `yaml:"url"`
	// Issuers are the accepted values of "iss". Defaults to any.
	Issuers []string `yaml:"issuers"`
	// Audiences are the accepted values of "aud", of which a token needs one.
	// Defaults to any.
	Audiences []string `yaml:"audiences"`
	// Algorithms are the accepted signatures: EdDSA and RS256, which is also the
	// default.
	Algorithms []string `yaml:"algorithms"`
	// Typ is the type that a token's header has to name, "at+jwt" for access
	// tokens (RFC 9068 §2.1). Defaults to any.
	Typ string `yaml:"typ"`
	// PollInterval is how often the key set is fetched. Defaults to 5 minutes.
	PollInterval time.Duration `yaml:"poll_interval"`
}

// algorithms are the signatures that the package verifies.
func algorithms() []string {
	return []string{jwt.SigningMethodEdDSA.Alg(), jwt.SigningMethodRS256.Alg()}
}

// WithDefaults returns a copy in which empty fields have their defaults.
func (c Config) WithDefaults() Config {
	c.HeaderName = cmp.Or(c.HeaderName, "Authorization")
	c.HeaderValuePrefix = cmp.Or(c.HeaderValuePrefix, "Bearer")
	c.JWKS = slices.Clone(c.JWKS)
	for i := range c.JWKS {
		set := &c.JWKS[i]
		if len(set.Algorithms) == 0 {
			set.Algorithms = algorithms()
		}
		set.PollInterval = cmp.Or(set.PollInterval, 5*time.Minute)
	}
	return c
}

// Problem is a field of a Config that cannot be used.
type Problem struct {
	Field   []string // as in "jwks", "0", "url"
	Message string
}

// Validate returns the first problem of a Config with defaults, or nil.
func (c Config) Validate() *Problem {
	if strings.ContainsAny(c.HeaderValuePrefix, " \t") {
		return &Problem{[]string{"header_value_prefix"}, "it cannot have white space in it"}
	}
	if strings.ContainsAny(c.HeaderName, " \t:") {
		return &Problem{[]string{"header_name"}, fmt.Sprintf("%q is no name of a header", c.HeaderName)}
	}
	if len(c.JWKS) == 0 {
		return &Problem{[]string{"jwks"}, "at least one key set is needed"}
	}
	for i, set := range c.JWKS {
		field := func(name string) []string { return []string{"jwks", fmt.Sprint(i), name} }
		if address, err := url.Parse(set.URL); err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
			return &Problem{field("url"), fmt.Sprintf("%q is no http or https address", set.URL)}
		}
		for _, algorithm := range set.Algorithms {
			if !slices.Contains(algorithms(), algorithm) {
				return &Problem{field("algorithms"), fmt.Sprintf("algorithm %q is not supported; there are %s",
					algorithm, strings.Join(algorithms(), " and "))}
			}
		}
		if set.PollInterval < time.Second {
			return &Problem{field("poll_interval"), fmt.Sprintf("%s is too short; it has to be a second at least", set.PollInterval)}
		}
	}
	return nil
}
