package identity

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The reasons for which a Verifier refuses a request; errors.Is tells them
// apart. A service answers all of them alike and logs which it was.
var (
	ErrUnsigned  = errors.New("identity: the request is not signed")
	ErrMalformed = errors.New("identity: an identity header is malformed")
	ErrSignature = errors.New("identity: the signature does not fit the request")
	ErrStale     = errors.New("identity: the signature's time is outside the window")
	ErrReplayed  = errors.New("identity: the signature was used before")
)

// VerifierConfig configures a Verifier.
type VerifierConfig struct {
	// Keys are accepted side by side. At least one is needed.
	Keys Keys
	// Window is how far the signer's clock may be from ours, either way.
	// Defaults to 30 seconds.
	Window time.Duration
	// ReplayEntries is how many signatures are remembered within the window;
	// when more arrive, the oldest are forgotten before their time (about
	// 100 bytes each). Defaults to 200,000.
	ReplayEntries int
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Verifier accepts requests that one of its keys signed, each once. It is safe
// for concurrent use.
type Verifier struct {
	keys   map[string]*verifyingKey
	window time.Duration
	now    func() time.Time
	seen   *replayGuard
}

// NewVerifier returns a Verifier.
func NewVerifier(config VerifierConfig) (*Verifier, error) {
	if len(config.Keys) == 0 {
		return nil, errors.New("identity: a verifier needs a key")
	}
	if config.Window < 0 || config.ReplayEntries < 0 {
		return nil, errors.New("identity: Window and ReplayEntries cannot be negative")
	}
	v := &Verifier{keys: map[string]*verifyingKey{}, window: cmp.Or(config.Window, 30*time.Second), now: config.Now}
	if v.now == nil {
		v.now = time.Now
	}
	for _, key := range config.Keys {
		v.keys[key.ID] = &verifyingKey{secret: key.Secret}
	}
	v.seen = newReplayGuard(2*v.window, cmp.Or(config.ReplayEntries, 200_000))
	return v, nil
}

// Verify checks the two headers against the request that they came with:
// method, target (path and query as received) and the whole body. It returns
// who is calling, or an error that wraps one of the Err… reasons.
func (v *Verifier) Verify(method, target string, header http.Header, body []byte) (Envelope, error) {
	identity, signature, err := headers(header)
	if err != nil {
		return Envelope{}, err
	}
	received, err := splitEnvelope(identity)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: %s: %w", ErrMalformed, IdentityHeader, err)
	}
	keyID, mac, err := splitSignature(signature)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: %s: %w", ErrMalformed, SignatureHeader, err)
	}
	key, known := v.keys[keyID]
	if !known {
		return Envelope{}, fmt.Errorf("%w: unknown key id", ErrSignature)
	}
	w := key.begin()
	defer key.pool.Put(w)
	envelope, err := received.decode(w)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: %s: %w", ErrMalformed, IdentityHeader, err)
	}
	want := w.mac(method, target, body, received)
	if !want.is(mac) {
		return Envelope{}, ErrSignature
	}
	now := v.now()
	if age := now.Sub(envelope.Time); age > v.window || age < -v.window {
		return Envelope{}, fmt.Errorf("%w (%s)", ErrStale, age.Round(time.Second))
	}
	if !v.seen.first(want, now) {
		return Envelope{}, ErrReplayed
	}
	return envelope, nil
}

// Check refuses the headers of a request whose body has not been read yet: without a
// signature, malformed, or signed with a key that nobody has. What it lets through
// Verify can still refuse; it is for whoever would rather not read a large body.
func (v *Verifier) Check(header http.Header) error {
	identity, signature, err := headers(header)
	if err != nil {
		return err
	}
	if _, err := splitEnvelope(identity); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrMalformed, IdentityHeader, err)
	}
	keyID, _, err := splitSignature(signature)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrMalformed, SignatureHeader, err)
	}
	if _, known := v.keys[keyID]; !known {
		return fmt.Errorf("%w: unknown key id", ErrSignature)
	}
	return nil
}

// headers returns the two values; a header that is there twice is refused,
// because a proxy and we could read different ones.
func headers(header http.Header) (identity, signature string, err error) {
	identities, signatures := header[IdentityHeader], header[SignatureHeader]
	switch {
	case len(identities) == 0 || len(signatures) == 0:
		return "", "", ErrUnsigned
	case len(identities) > 1 || len(signatures) > 1:
		return "", "", fmt.Errorf("%w: a header is there twice", ErrMalformed)
	}
	return identities[0], signatures[0], nil
}
