package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// issuer signs access tokens, and serves its key to routers.
type issuer struct {
	token string
	// settings make a router check such tokens, and sign requests.
	settings string
	server   *http.Server
}

// newIssuer returns an issuer that listens on loopback.
func newIssuer() (*issuer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	claims, err := json.Marshal(map[string]any{
		"iss": "https://issuer.example", "aud": "weft", "sub": "usr_1", "sid": "ses_1", "scope": "shop", "exp": time.Now().Add(limit).Unix(),
	})
	if err != nil {
		return nil, err
	}
	signed := encode([]byte(`{"alg":"EdDSA","kid":"bench","typ":"at+jwt"}`)) + "." + encode(claims)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	keys := fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"bench","alg":"EdDSA","use":"sig","x":%q}]}`, encode(public))
	i := &issuer{
		token: signed + "." + encode(ed25519.Sign(private, []byte(signed))),
		settings: fmt.Sprintf("authentication: {router: {jwt: {jwks: [{url: %q, issuers: [%q], audiences: [weft], typ: at+jwt}]}}}\nidentity: {keys: %q}\n",
			"http://"+listener.Addr().String(), "https://issuer.example", "bench:"+base64.StdEncoding.EncodeToString(private.Seed())),
		server: &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(keys))
		})},
	}
	go func() { _ = i.server.Serve(listener) }()
	return i, nil
}
