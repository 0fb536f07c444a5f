package token

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// minRSABits is what RS256 needs (RFC 7518 §3.3).
const minRSABits = 2048

// Keys are what signs access tokens, and what is published of it.
type Keys struct {
	// Signing is the first key: ed25519.PrivateKey or *rsa.PrivateKey.
	Signing crypto.Signer
	// Others are the public keys of the rest.
	Others []crypto.PublicKey
	// private are all keys that are not only public ones, Signing first, as PKCS #8.
	private [][]byte
}

// ParseKeys reads keys in PEM: "PRIVATE KEY" (PKCS #8) as "openssl genpkey
// -algorithm ed25519" writes it, or "PUBLIC KEY" (PKIX). The first must be
// private: it signs. The others, which come before and after it in time, are only
// published. Keys are replaced without anybody noticing in three steps, each of
// them on every replica and with a restart: the next key is added behind the one
// that signs; ten minutes later, when every router knows it, it moves to the
// front; half an hour later, when no token of the former key lives, that is removed.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	rest := []byte(text)
	for n := 1; len(bytes.TrimSpace(rest)) > 0; n++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return Keys{}, fmt.Errorf("token: signing key %d is not PEM (make one with: openssl genpkey -algorithm ed25519)", n)
		}
		if err := keys.add(block); err != nil {
			return Keys{}, fmt.Errorf("token: signing key %d: %w", n, err)
		}
	}
	if keys.Signing == nil {
		return Keys{}, errors.New("token: there is no signing key (make one with: openssl genpkey -algorithm ed25519)")
	}
	return keys, nil
}

// add adds the key of a block.
func (k *Keys) add(block *pem.Block) error {
	switch {
	case block.Type == "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return err
		}
		signer, ok := parsed.(crypto.Signer)
		if !ok {
			return fmt.Errorf("%T cannot sign", parsed)
		}
		if _, err := publish(signer.Public()); err != nil {
			return err
		}
		k.private = append(k.private, block.Bytes)
		if k.Signing == nil {
			k.Signing = signer
			return nil
		}
		k.Others = append(k.Others, signer.Public())
	case block.Type == "PUBLIC KEY" && k.Signing != nil:
		public, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return err
		}
		if _, err := publish(public); err != nil {
			return err
		}
		k.Others = append(k.Others, public)
	case block.Type == "PUBLIC KEY":
		return errors.New("it signs, being the first, but is a public key")
	default:
		return fmt.Errorf("it is a %q, but must be a \"PRIVATE KEY\" (PKCS #8) or a \"PUBLIC KEY\"", block.Type)
	}
	return nil
}

// Derive returns a key of 32 bytes for another purpose from each private key, that
// of Signing first: nobody else has it, and it changes with its origin in the
// same gentle way.
func (k Keys) Derive(purpose string) ([][]byte, error) {
	derived := make([][]byte, len(k.private))
	for i, secret := range k.private {
		key, err := hkdf.Key(sha256.New, secret, nil, purpose, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("token: %w", err)
		}
		derived[i] = key
	}
	return derived, nil
}

// publish returns how a public key stands in the set. Its id is its thumbprint
// (RFC 7638), so that everybody who has the key agrees on it.
func publish(key crypto.PublicKey) (jose.JSONWebKey, error) {
	public := jose.JSONWebKey{Key: key, Use: "sig"}
	switch key := key.(type) {
	case ed25519.PublicKey:
		public.Algorithm = string(jose.EdDSA)
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSABits {
			return public, fmt.Errorf("an RSA key has %d bits, but must have at least %d", bits, minRSABits)
		}
		public.Algorithm = string(jose.RS256)
	default:
		return public, fmt.Errorf("it is %T, but must be Ed25519 or RSA", key)
	}
	thumbprint, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return public, err
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return public, nil
}
