package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/workers/internal/mail/mailtest"

	"github.com/emersion/go-smtp"
)

// certify returns a certificate for this machine's loopback address, and whom to
// trust for it.
func certify(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, roots
}

// TestMailGoesOutEncrypted treats this machine as if it were another.
func TestMailGoesOutEncrypted(t *testing.T) {
	t.Parallel()
	certificate, roots := certify(t)
	for _, c := range []struct {
		name   string
		tls    *tls.Config // of the server
		roots  *x509.CertPool
		login  string
		want   string // in the error
		logsIn string
	}{
		{name: "with STARTTLS", tls: certificate, roots: roots},
		{name: "with STARTTLS and a login", tls: certificate, roots: roots, login: "weft:secret", logsIn: "weft:secret"},
		{name: "with a wrong password", tls: certificate, roots: roots, login: "weft:wrong", logsIn: "weft:wrong", want: "535"},
		{name: "not without STARTTLS", roots: roots, login: "weft:secret", want: "does not offer STARTTLS"},
		{name: "not to somebody else", tls: certificate, roots: x509.NewCertPool(), login: "weft:secret", want: "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, func(s *smtp.Server) { s.TLSConfig = c.tls })
			url := "smtp://" + server.Address
			if c.login != "" {
				url = "smtp://" + c.login + "@" + server.Address
			}
			s := newSender(t, Config{URL: url, RootCAs: c.roots})
			s.server.plain = false
			err := s.Send(t.Context(), to("ann"))
			if c.want == "" && err != nil {
				t.Error(err)
			}
			var failed *Error
			if c.want != "" && (!errors.As(err, &failed) || failed.Kind != Unreachable || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("%v, want %q in it", err, c.want)
			}
			// Nobody else gets to see the password.
			if got := server.Login(); got != c.logsIn {
				t.Errorf("logged in with %q, want %q", got, c.logsIn)
			}
		})
	}
	t.Run("with TLS from the start, and a login", func(t *testing.T) {
		t.Parallel()
		server := mailtest.Start(t, nil)
		outside, err := tls.Listen("tcp", "127.0.0.1:0", certificate)
		if err != nil {
			t.Fatal(err)
		}
		server.Serve(t, outside)
		s := newSender(t, Config{URL: "smtps://weft:secret@" + outside.Addr().String(), RootCAs: roots})
		if err := s.Send(t.Context(), to("ann")); err != nil || server.Login() != "weft:secret" {
			t.Errorf("%v, logged in with %q", err, server.Login())
		}
	})
}
