package subgraph

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// TLSConfig is about https to a subgraph. Its keys are those of Apollo Router's
// tls.subgraph; all values are PEM texts.
type TLSConfig struct {
	// CertificateAuthorities are who may have signed the subgraph's certificate.
	// Defaults to the system's.
	CertificateAuthorities string `yaml:"certificate_authorities"`
	// ClientAuthentication is for subgraphs that want to know who connects.
	// Defaults to none.
	ClientAuthentication ClientCertificate `yaml:"client_authentication"`
}

// ClientCertificate is the router's own certificate. Both fields are set, or
// none.
type ClientCertificate struct {
	// CertificateChain begins with the certificate.
	CertificateChain string `yaml:"certificate_chain"`
	// Key is the certificate's private key.
	Key string `yaml:"key"`
}

// Problem is a field of a configuration that cannot be used.
type Problem struct {
	Field   []string // as in "client_authentication", "key"
	Message string   // without what the field holds, if that may be secret
}

// Validate returns the first problem, or nil.
func (c TLSConfig) Validate() *Problem {
	_, problem := c.build()
	return problem
}

func (c TLSConfig) build() (*tls.Config, *Problem) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CertificateAuthorities != "" {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM([]byte(c.CertificateAuthorities)) {
			return nil, &Problem{[]string{"certificate_authorities"}, "there is no certificate in it: want PEM, as in ${file./path/to/ca.crt}"}
		}
	}
	client := c.ClientAuthentication
	switch {
	case client == ClientCertificate{}:
		return out, nil
	case client.Key == "":
		return nil, &Problem{[]string{"client_authentication", "key"}, "it is missing: a certificate needs its key"}
	case client.CertificateChain == "":
		return nil, &Problem{[]string{"client_authentication", "certificate_chain"}, "it is missing: a key needs its certificate"}
	}
	pair, err := tls.X509KeyPair([]byte(client.CertificateChain), []byte(client.Key))
	if err != nil { // which says nothing of the key
		return nil, &Problem{[]string{"client_authentication"}, fmt.Sprintf("certificate and key cannot be used: %v", err)}
	}
	out.Certificates = []tls.Certificate{pair}
	return out, nil
}
