package identity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlainClaims says which claims are read without encoding/json: those of real
// callers are, or nothing would be gained.
func TestPlainClaims(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		plain bool
	}{
		{`{}`, true},
		{`{"sub":"usr_1","sid":"ses_1","scope":["admin","a b"],"exp":1767355200,"ip":"::1","ua":"curl/8"}`, true},
		{`{"exp":0}`, true},
		{`{"sub":"a","sub":"b"}`, true},
		{`{"sub":"\u0061"}`, false},
		{`{"sub":"é"}`, false},
		{`{"sub":"a` + "\x00" + `"}`, false},
		{`{ }`, false},
		{`{"sub":"a",}`, false},
		{`{"sub":"a"`, false},
		{`{"sub":"a"}{`, false},
		{`{"sub":a}`, false},
		{`{"sub"}`, false},
		{`{,}`, false},
		{`{"Sub":"a"}`, false},
		{`{"other":"a"}`, false},
		{`{"scope":[]}`, false},
		{`{"scope":["a",]}`, false},
		{`{"scope":"a"}`, false},
		{`{"exp":-1}`, false},
		{`{"exp":01}`, false},
		{`{"exp":1e3}`, false},
		{`{"exp":9223372036854775808}`, false},
		{`{"exp":}`, false},
		{`[]`, false},
		{``, false},
	} {
		if _, plain := plainClaims([]byte(c.text)); plain != c.plain {
			t.Errorf("%s: plain is %t", c.text, plain)
		}
		compareClaims(t, []byte(c.text))
	}
}

// compareClaims compares plainClaims with encoding/json: what it reads is right,
// and means the same.
func compareClaims(t *testing.T, text []byte) {
	t.Helper()
	got, plain := plainClaims(text)
	if !plain {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var want Claims
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("%q is read, but is wrong: %v", text, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-want +got):\n%s", text, diff)
	}
}

func FuzzPlainClaims(f *testing.F) {
	f.Add([]byte(`{"sub":"usr_1","sid":"ses_1","scope":["admin","a b"],"exp":1767355200,"ip":"::1","ua":"curl/8"}`))
	f.Add([]byte(`{"scope":["a"],"scope":["b","c"],"exp":0}`))
	f.Fuzz(compareClaims)
}

// TestEnvelopesArePlain has a caller's envelope read without encoding/json, and a
// caller's with other characters all the same.
func TestEnvelopesArePlain(t *testing.T) {
	t.Parallel()
	for _, claims := range []Claims{{}, {Subject: "usr_1", Session: "ses_1", Scopes: []string{"admin"}, ExpiresAt: 1}, {UserAgent: `"é\`}} {
		encoded, err := claims.Encode()
		if err != nil {
			t.Fatal(err)
		}
		text, err := base64.RawURLEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if _, plain := plainClaims(text); plain != (claims.UserAgent == "") {
			t.Errorf("%s: plain is %t", text, plain)
		}
		got, err := decodeClaims(text)
		if diff := cmp.Diff(claims, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

// verifications returns a function that verifies the signature of an ordinary
// request, and forgets that it did.
func verifications(t testing.TB) func() {
	t.Helper()
	keys, err := ParseKeys(newKey)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := Claims{Subject: "usr_068sthz3kxq7v5c2m9r4t8w0eg", Session: "ses_068sthz3kxq7v5c2m9r4t8w0eg", ExpiresAt: noon.Unix()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 300)
	identity, signature := signer.Sign(Request{Method: "POST", Target: "/graphql", Body: body, RequestID: "r.0", Claims: claims}, noon)
	header := http.Header{IdentityHeader: {identity}, SignatureHeader: {signature}}
	v, err := NewVerifier(VerifierConfig{Keys: keys, Now: noonAlways})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := v.Verify("POST", "/graphql", header, body); err != nil {
			t.Fatal(err)
		}
		clear(v.seen.current)
	}
}

func BenchmarkVerify(b *testing.B) {
	verify := verifications(b)
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
}
