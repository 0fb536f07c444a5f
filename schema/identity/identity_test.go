package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	oldKey = "old:b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZCE="
	newKey = "new:bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE="
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func noonAlways() time.Time { return noon }

func ring(t *testing.T, text string) Keys {
	t.Helper()
	keys, err := ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// signed returns the headers of a request that keys' first key signed at noon.
func signed(t *testing.T, keys Keys, request Request, claims Claims) http.Header {
	t.Helper()
	signer, err := NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	if request.Claims, err = claims.Encode(); err != nil {
		t.Fatal(err)
	}
	identity, signature := signer.Sign(request, noon)
	return http.Header{IdentityHeader: {identity}, SignatureHeader: {signature}}
}

func verifier(t *testing.T, keys Keys, now time.Time) *Verifier {
	t.Helper()
	v, err := NewVerifier(VerifierConfig{Keys: keys, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerifyReturnsWhatWasSigned(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]Claims{
		"anonymous caller": {},
		"user":             {Subject: "usr_1", Session: "s1", Scopes: []string{"admin", "a b"}, ExpiresAt: noon.Unix()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := Request{Method: "POST", Target: "/graphql?a=1", Body: []byte("{}"), RequestID: "r-1.0"}
			header := signed(t, ring(t, newKey), request, claims)
			got, err := verifier(t, ring(t, oldKey+", "+newKey), noon).Verify("POST", "/graphql?a=1", header, []byte("{}"))
			if err != nil {
				t.Fatal(err)
			}
			want := Envelope{Claims: claims, RequestID: "r-1.0", Time: time.Unix(noon.Unix(), 0)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	keys := ring(t, newKey)
	request := Request{Method: "POST", Target: "/graphql", Body: []byte("{}"), RequestID: "r.0"}
	for _, c := range []struct {
		name   string
		change func(h http.Header)
		method string
		target string
		body   string
		now    time.Time
		want   error
	}{
		{name: "no headers", change: func(h http.Header) { clear(h) }, want: ErrUnsigned},
		{name: "identity alone", change: func(h http.Header) { h.Del(SignatureHeader) }, want: ErrUnsigned},
		{name: "header twice", change: func(h http.Header) { h.Add(IdentityHeader, "v1;1;r;e30") }, want: ErrMalformed},
		{name: "other version", change: func(h http.Header) { h.Set(IdentityHeader, "v2;1;r;e30") }, want: ErrMalformed},
		{name: "time that is no number", change: func(h http.Header) { h.Set(IdentityHeader, "v1;now;r;e30") }, want: ErrMalformed},
		{name: "claims that are no JSON", change: func(h http.Header) { h.Set(IdentityHeader, "v1;1;r;YQ") }, want: ErrMalformed},
		{name: "claims of a later version", change: func(h http.Header) { h.Set(IdentityHeader, "v1;1;r;eyJ4IjoxfQ") }, want: ErrMalformed},
		{name: "signature in two parts", change: func(h http.Header) { h.Set(SignatureHeader, "v1;new") }, want: ErrMalformed},
		{name: "unknown key", change: func(h http.Header) { h.Set(SignatureHeader, "v1;none;AAAA") }, want: ErrSignature},
		{name: "forged caller", change: func(h http.Header) {
			h.Set(IdentityHeader, fmt.Sprintf("v1;%d;r.0;eyJzdWIiOiJ1c3JfMiJ9", noon.Unix()))
		}, want: ErrSignature},
		{name: "other method", method: "GET", want: ErrSignature},
		{name: "other path", target: "/graphql?x", want: ErrSignature},
		{name: "other body", body: "{ }", want: ErrSignature},
		{name: "too old", now: noon.Add(31 * time.Second), want: ErrStale},
		{name: "from the future", now: noon.Add(-31 * time.Second), want: ErrStale},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := signed(t, keys, request, Claims{Subject: "usr_1"})
			if c.change != nil {
				c.change(header)
			}
			if c.method == "" {
				c.method = "POST"
			}
			if c.target == "" {
				c.target = "/graphql"
			}
			if c.body == "" {
				c.body = "{}"
			}
			if c.now.IsZero() {
				c.now = noon
			}
			_, err := verifier(t, keys, c.now).Verify(c.method, c.target, header, []byte(c.body))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestVerifyAcceptsASignatureOnce(t *testing.T) {
	t.Parallel()
	keys := ring(t, newKey)
	v := verifier(t, keys, noon)
	header := signed(t, keys, Request{Method: "POST", Target: "/", RequestID: "r.0"}, Claims{})
	if _, err := v.Verify("POST", "/", header, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify("POST", "/", header, nil); !errors.Is(err, ErrReplayed) {
		t.Errorf("second time: got %v, want %v", err, ErrReplayed)
	}
	again := signed(t, keys, Request{Method: "POST", Target: "/", RequestID: "r.1"}, Claims{})
	if _, err := v.Verify("POST", "/", again, nil); err != nil {
		t.Errorf("the next request of the same caller: %v", err)
	}
}

func TestReplayGuardIsBounded(t *testing.T) {
	t.Parallel()
	guard := newReplayGuard(time.Minute, 100)
	for i := range 10_000 {
		guard.first(mac{byte(i), byte(i >> 8)}, noon)
		if n := len(guard.current) + len(guard.previous); n > 100 {
			t.Fatalf("%d entries after %d signatures", n, i+1)
		}
	}
}

func TestReplayGuardRemembersForTheWholeSpan(t *testing.T) {
	t.Parallel()
	guard := newReplayGuard(time.Minute, 1000)
	guard.first(mac{1}, noon)
	guard.first(mac{2}, noon.Add(59*time.Second))
	for after := range 60 {
		if guard.first(mac{2}, noon.Add(59*time.Second+time.Duration(after)*time.Second)) {
			t.Fatalf("forgotten after %d s", after)
		}
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	const secret = "c2hvcnQ"
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", `entry 1: want "id:base64"`},
		{"no id", ":" + secret, `entry 1: want "id:base64"`},
		{"bad id", "a;b:" + secret, "entry 1: a key id has letters"},
		{"not base64", newKey + ",k:$$$", `entry 2: key "k" is not base64`},
		{"too short", "k:" + secret, `entry 1: key "k" has 5 bytes; at least 32`},
		{"twice", newKey + "," + newKey, `entry 2: key id "new" is there twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseKeys(c.in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q in it", err, c.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestKeyHidesItsSecret(t *testing.T) {
	t.Parallel()
	keys := ring(t, newKey)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, keys[0]); text != "key new" {
			t.Errorf("%s prints %q", verb, text)
		}
	}
}

// TestVectors keeps the format stable for implementations in other languages.
func TestVectors(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Keys, Method, Target, Body, RequestID string
		Time                                        int64
		Claims                                      Claims
		Identity, Signature                         string
	}
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vectors {
		signer, err := NewSigner(ring(t, v.Keys))
		if err != nil {
			t.Fatal(err)
		}
		claims, err := v.Claims.Encode()
		if err != nil {
			t.Fatal(err)
		}
		identity, signature := signer.Sign(Request{
			Method: v.Method, Target: v.Target, Body: []byte(v.Body), RequestID: v.RequestID, Claims: claims,
		}, time.Unix(v.Time, 0))
		if identity != v.Identity || signature != v.Signature {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", v.Name, identity, signature, v.Identity, v.Signature)
		}
		// The same headers in one piece, whose request id may come in two.
		id, digits, _ := strings.Cut(v.RequestID, ".")
		number, err := strconv.Atoi(digits)
		if err != nil || number == 0 {
			id, number = v.RequestID, 0
		}
		want := IdentityHeader + ": " + v.Identity + "\r\n" + SignatureHeader + ": " + v.Signature + "\r\n"
		if got := signer.AppendHeaders(nil, Request{
			Method: v.Method, Target: v.Target, Body: []byte(v.Body), RequestID: id, Number: number, Claims: claims,
		}, time.Unix(v.Time, 0)); string(got) != want {
			t.Errorf("%s: got\n%s\nwant\n%s", v.Name, got, want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("v1;1;r;e30", "v1;new;AAAA")
	f.Add(";;;", ";;")
	keys, err := ParseKeys(newKey)
	if err != nil {
		f.Fatal(err)
	}
	v, err := NewVerifier(VerifierConfig{Keys: keys})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, identity, signature string) {
		header := http.Header{IdentityHeader: {identity}, SignatureHeader: {signature}}
		if _, err := v.Verify("POST", "/", header, nil); err == nil {
			t.Errorf("accepted %q %q", identity, signature)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	keys, err := ParseKeys(newKey)
	if err != nil {
		b.Fatal(err)
	}
	signer, err := NewSigner(keys)
	if err != nil {
		b.Fatal(err)
	}
	request := Request{Method: "POST", Target: "/graphql", Body: make([]byte, 300), RequestID: "r.0", Claims: "e30"}
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		out = signer.AppendHeaders(out[:0], request, noon)
	}
}
