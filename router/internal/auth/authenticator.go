package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/weftql/weft/schema/identity"
)

const (
	// leeway is how far the issuer's clock may be from ours.
	leeway = 30 * time.Second
	// maxTokenBytes bounds the work that a token can cause.
	maxTokenBytes = 16 << 10
)

// Authenticator verifies access tokens. It is safe for concurrent use.
type Authenticator struct {
	config  Config
	sources []*source
	now     func() time.Time
	cache   cache
	revoked *Revocations // nil if tokens live until they end
}

// New returns an Authenticator, which refuses tokens of sessions that are revoked
// unless that is nil. It fetches nothing yet: Run does, and so does the first
// request with a token if it comes sooner.
func New(config Config, revoked *Revocations, log *slog.Logger) (*Authenticator, error) {
	a, err := newAuthenticator(config, log, time.Now)
	if err != nil {
		return nil, err
	}
	a.revoked = revoked
	return a, nil
}

func newAuthenticator(config Config, log *slog.Logger, now func() time.Time) (*Authenticator, error) {
	config = config.WithDefaults()
	if problem := config.Validate(); problem != nil {
		return nil, fmt.Errorf("auth: %s: %s", strings.Join(problem.Field, "."), problem.Message)
	}
	client := &http.Client{
		Timeout: fetchTimeout,
		// An address that moves is an address to configure: keys decide who
		// anybody is.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	a := &Authenticator{config: config, now: now}
	for _, set := range config.JWKS {
		a.sources = append(a.sources, &source{config: set, client: client, log: log, now: now})
	}
	return a, nil
}

// Run keeps the keys fresh, and the revocations, until ctx ends.
func (a *Authenticator) Run(ctx context.Context) {
	var polls sync.WaitGroup
	for _, s := range a.sources {
		polls.Go(func() { s.poll(ctx) })
	}
	if a.revoked != nil {
		polls.Go(func() { a.revoked.Run(ctx) })
	}
	polls.Wait()
}

// Authenticate returns who sent a request with these headers. Its errors are
// *Error.
func (a *Authenticator) Authenticate(ctx context.Context, header http.Header) (Caller, error) {
	values := header.Values(a.config.HeaderName)
	if len(values) == 0 {
		return Anonymous(), nil
	}
	token, err := a.tokenOf(values)
	if err != nil {
		return Caller{}, err
	}
	caller, err := a.callerOf(ctx, token)
	if err != nil {
		return Caller{}, err
	}
	if a.revoked.Revoked(caller.Claims.Session) {
		return Caller{}, refusal("the access token has been revoked")
	}
	return caller, nil
}

// callerOf returns whom a token was made for, if it is good.
func (a *Authenticator) callerOf(ctx context.Context, token string) (Caller, error) {
	hash := sha256.Sum256([]byte(token))
	if caller, found := a.cache.find(hash, a.now()); found {
		return caller, nil
	}
	entry, err := a.verify(ctx, token)
	if err != nil {
		return Caller{}, explain(err)
	}
	a.cache.add(hash, entry)
	return entry.caller, nil
}

// tokenOf returns the token in a header's values.
func (a *Authenticator) tokenOf(values []string) (string, error) {
	if len(values) > 1 { // a proxy and we could believe different ones
		return "", refusal(fmt.Sprintf("the %s header is there %d times", a.config.HeaderName, len(values)))
	}
	prefix, token, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if !strings.EqualFold(prefix, a.config.HeaderValuePrefix) {
		return "", refusal(fmt.Sprintf("the %s header has to be %q and an access token", a.config.HeaderName, a.config.HeaderValuePrefix))
	}
	token = strings.TrimSpace(token)
	if token == "" || len(token) > maxTokenBytes {
		return "", refusal("the access token is malformed")
	}
	return token, nil
}

// verify finds the key of a token and checks the token with it.
func (a *Authenticator) verify(ctx context.Context, token string) (verified, error) {
	unverified, _, err := jwt.NewParser().ParseUnverified(token, &jwt.RegisteredClaims{})
	if err != nil {
		return verified{}, err
	}
	if _, has := unverified.Header["crit"]; has { // RFC 7515 §4.1.11: we understand none
		return verified{}, refusal("the access token's header has critical parameters that are not supported")
	}
	id, _ := unverified.Header["kid"].(string)
	algorithm := unverified.Method.Alg()
	candidates := a.candidates(id, algorithm)
	if len(candidates) == 0 {
		if candidates = a.refreshed(ctx, id, algorithm); len(candidates) == 0 {
			return verified{}, a.unknown()
		}
	}
	var first error
	for _, c := range candidates {
		entry, err := a.check(token, c)
		if err == nil {
			return entry, nil
		}
		if first == nil {
			first = err
		}
	}
	return verified{}, first
}

// candidate is a key that may have signed a token.
type candidate struct {
	source *source
	keys   *keySet
	key    key
}

func (a *Authenticator) candidates(id, algorithm string) []candidate {
	var found []candidate
	for _, s := range a.sources {
		keys := s.keys.Load()
		if keys == nil || !slices.Contains(s.config.Algorithms, algorithm) {
			continue
		}
		for _, k := range keys.find(id, algorithm) {
			found = append(found, candidate{s, keys, k})
		}
	}
	return found
}

// refreshed fetches the keys of every source that could have an unknown key and
// was not asked lately.
func (a *Authenticator) refreshed(ctx context.Context, id, algorithm string) []candidate {
	// Other requests may wait for a fetch too: it does not end with this one.
	ctx = context.WithoutCancel(ctx)
	for _, s := range a.sources {
		switch {
		case s.keys.Load() == nil:
			s.refresh(ctx, firstInterval)
		case slices.Contains(s.config.Algorithms, algorithm):
			s.refresh(ctx, forcedInterval)
		}
	}
	return a.candidates(id, algorithm)
}

// unknown is the error for a token that no key fits.
func (a *Authenticator) unknown() error {
	for _, s := range a.sources {
		if s.keys.Load() == nil {
			return unavailable()
		}
	}
	return refusal("the access token is signed with a key that is not known here")
}

// accessClaims is what an access token says (RFC 9068 §2.2).
type accessClaims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
	Scope   scopes `json:"scope"`
}

// scopes is a list of scopes: a string with spaces (RFC 8693 §4.2), or an array,
// which some issuers send.
type scopes []string

// UnmarshalJSON reads either form.
func (s *scopes) UnmarshalJSON(text []byte) error {
	var list []string
	if json.Unmarshal(text, &list) == nil {
		*s = list
		return nil
	}
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		return errors.New(`"scope" is neither a string nor an array of strings`)
	}
	*s = strings.Fields(words)
	return nil
}

// check verifies a token with one key and the rules of that key's source.
func (a *Authenticator) check(token string, c candidate) (verified, error) {
	rules := c.source.config
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{c.key.algorithm}), jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway), jwt.WithTimeFunc(a.now), jwt.WithStrictDecoding(),
	}
	if len(rules.Audiences) > 0 {
		options = append(options, jwt.WithAudience(rules.Audiences...))
	}
	var claims accessClaims
	parsed, err := jwt.NewParser(options...).ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return c.key.public, nil })
	if err != nil {
		return verified{}, err
	}
	if len(rules.Issuers) > 0 && !slices.Contains(rules.Issuers, claims.Issuer) {
		return verified{}, jwt.ErrTokenInvalidIssuer
	}
	if typ, _ := parsed.Header["typ"].(string); rules.Typ != "" && !sameType(typ, rules.Typ) {
		return verified{}, refusal(fmt.Sprintf("the token is no access token: its type has to be %q", rules.Typ))
	}
	if claims.Subject == "" { // it would look like an anonymous caller
		return verified{}, fmt.Errorf("%w: sub", jwt.ErrTokenRequiredClaimMissing)
	}
	caller, err := newCaller(identity.Claims{
		Subject: claims.Subject, Session: claims.Session, Scopes: claims.Scope, ExpiresAt: claims.ExpiresAt.Unix(),
	}, a.lists(token))
	if err != nil {
		return verified{}, err
	}
	until := a.now().Add(cacheTime)
	if end := claims.ExpiresAt.Add(leeway); end.Before(until) {
		until = end
	}
	return verified{caller: caller, until: until, source: c.source, keys: c.keys}, nil
}

// lists reads the claims that are kept as they are from a token that was found
// good. What is no list is left out.
func (a *Authenticator) lists(token string) map[string][]string {
	if len(a.config.Lists) == 0 {
		return nil
	}
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, err := jwt.NewParser(jwt.WithStrictDecoding()).DecodeSegment(payload)
	if err != nil {
		return nil
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(text, &claims) != nil {
		return nil
	}
	out := map[string][]string{}
	for _, name := range a.config.Lists {
		var list scopes
		if value, has := claims[name]; has && list.UnmarshalJSON(value) == nil {
			out[name] = list
		}
	}
	return out
}

// sameType compares media types as RFC 7515 §4.1.9 has it: without regard to
// case, and "application/" may be left out.
func sameType(got, want string) bool {
	short := func(t string) string { return strings.TrimPrefix(strings.ToLower(t), "application/") }
	return short(got) == short(want)
}
