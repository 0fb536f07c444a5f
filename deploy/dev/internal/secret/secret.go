package secret

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyBytes is the length of the keys that programs share.
const keyBytes = 32

// Secrets names the files and holds what the supervisor itself needs of them.
type Secrets struct {
	// IdentityKeysFile holds the key with which the router signs the caller's
	// identity and which the subgraphs verify it with: kid:base64.
	IdentityKeysFile string
	// LinkKeysFile holds the key with which the worker signs the links that end mails
	// and which users verify them with: kid:base64.
	LinkKeysFile string
	// SigningKeyFile holds the Ed25519 key of the access tokens (PKCS #8, PEM).
	SigningKeyFile string
	// WorkerPasswordFile holds the password of the worker's River UI, WorkerPassword
	// its content.
	WorkerPasswordFile, WorkerPassword string
	// RedisPassword is asked of Redis's clients.
	RedisPassword string
	// DemoPasswordFile and AdminPasswordFile hold the passwords of the demo
	// user and of the demo administrator.
	DemoPasswordFile, AdminPasswordFile string
	// DemoPassword and AdminPassword are the contents of those files.
	DemoPassword, AdminPassword string
}

// Open reads the secrets in dir and makes those that are missing. It refuses
// what is empty: a secret must not be replaced in silence.
func Open(dir string) (Secrets, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Secrets{}, fmt.Errorf("secrets: %w", err)
	}
	s := Secrets{
		IdentityKeysFile:   filepath.Join(dir, "identity.keys"),
		LinkKeysFile:       filepath.Join(dir, "link.keys"),
		SigningKeyFile:     filepath.Join(dir, "users-signing.pem"),
		WorkerPasswordFile: filepath.Join(dir, "worker-admin.password"),
		DemoPasswordFile:   filepath.Join(dir, "demo.password"),
		AdminPasswordFile:  filepath.Join(dir, "demo-admin.password"),
	}
	_, errIdentity := keep(s.IdentityKeysFile, newKeys)
	_, errLink := keep(s.LinkKeysFile, newKeys)
	_, errSigning := keep(s.SigningKeyFile, newSigningKey)
	var errWorker, errRedis, errDemo, errAdmin error
	s.WorkerPassword, errWorker = keep(s.WorkerPasswordFile, newPassword)
	s.RedisPassword, errRedis = keep(filepath.Join(dir, "redis.password"), newPassword)
	s.DemoPassword, errDemo = keep(s.DemoPasswordFile, newPassword)
	s.AdminPassword, errAdmin = keep(s.AdminPasswordFile, newPassword)
	if err := errors.Join(errIdentity, errLink, errSigning, errWorker, errRedis, errDemo, errAdmin); err != nil {
		return Secrets{}, fmt.Errorf("secrets: %w", err)
	}
	return s, nil
}

// keep returns the content of a file, without white space around it; if there
// is no file it makes one with what create returns.
func keep(file string, create func() (string, error)) (string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return write(file, create)
	}
	if err != nil {
		return "", err
	}
	content := strings.TrimSpace(string(text))
	if content == "" {
		return "", fmt.Errorf("%s is empty: remove it to get a new one", file)
	}
	return content, nil
}

// write makes the file, complete or not at all.
func write(file string, create func() (string, error)) (string, error) {
	content, err := create()
	if err != nil {
		return "", err
	}
	partial := file + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.WriteFile(partial, []byte(content+"\n"), 0o600); err != nil {
		return "", err
	}
	return content, os.Rename(partial, file)
}

// newKeys makes one key, in the form of WEFT_IDENTITY_KEYS and LINK_KEYS.
func newKeys() (string, error) {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return "local:" + base64.StdEncoding.EncodeToString(key), nil
}

// newSigningKey makes an Ed25519 key in PEM.
func newSigningKey() (string, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), nil
}

// newPassword makes a password of 26 letters and digits.
func newPassword() (string, error) { return rand.Text(), nil }
