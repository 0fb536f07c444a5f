package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/identity"
)

// What a running service may cost: one request takes introspectionTimeout at
// most, and so many bytes of its answer are read; so many are asked at a time.
const (
	introspectionTimeout = 10 * time.Second
	maxSDLBytes          = 32 << 20
	maxIntrospections    = 8
)

// introspectionQuery asks a service for its SDL.
//
// Federation 2 §Query._service.
const introspectionQuery = `{"query":"query SubgraphIntrospectQuery { _service { sdl } }","operationName":"SubgraphIntrospectQuery"}`

// service is a running service that is to be asked for its SDL.
type service struct {
	name   string
	index  int // of its subgraph
	url    string
	header http.Header
}

// service reads where a running service is and what to send it. Neither the
// address nor the headers may be shown: they may hold secrets.
func (f *configFile) service(name string, schema *schemaConfig) (*service, error) {
	keys := []string{"subgraphs", name, "schema", "subgraph_url"}
	address, err := f.expand(keys, schema.SubgraphURL)
	if err != nil {
		return nil, err
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, f.fail(keys, "it is no address of the form http://host/path or https://host/path")
	}
	s := &service{name: name, url: address, header: http.Header{}}
	keys[3] = "introspection_headers"
	for _, header := range slices.Sorted(maps.Keys(schema.IntrospectionHeaders)) {
		keys := append(slices.Clone(keys), header)
		value, err := f.expand(keys, schema.IntrospectionHeaders[header])
		switch canonical := http.CanonicalHeaderKey(header); {
		case err != nil:
			return nil, err
		case !isToken(header):
			return nil, f.fail(keys, "%q is no name of a header", header)
		case canonical == identity.IdentityHeader || canonical == identity.SignatureHeader:
			return nil, f.fail(keys, "this header is made from WEFT_IDENTITY_KEYS")
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, f.fail(keys, "its value has a line end or another control character")
		}
		s.header.Set(header, value)
	}
	return s, nil
}

// isToken tells whether text is a token of HTTP (RFC 9110 §5.6.2), as the names
// of headers are.
func isToken(text string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return text != "" && strings.Trim(text, letters+"0123456789!#$%&'*+-.^_`|~") == ""
}

// introspect asks the services, several at a time, and fills in their subgraphs'
// SDL.
func (f *configFile) introspect(ctx context.Context, services []service, subgraphs []federation.Subgraph) error {
	if len(services) == 0 {
		return nil
	}
	signer, err := f.signer()
	if err != nil {
		return &problem{Code: codeConfiguration, Message: err.Error()}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	i := introspection{signer: signer, client: &http.Client{
		Transport: transport,
		Timeout:   introspectionTimeout,
		// Headers meant for one address do not go to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	errs := make([]error, len(services))
	slots := make(chan struct{}, maxIntrospections)
	var group sync.WaitGroup
	for n, s := range services {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			sdl, err := i.ask(ctx, s)
			if err != nil {
				errs[n] = f.failWith(codeIntrospection, []string{"subgraphs", s.name, "schema", "subgraph_url"}, "%s", s.redact(err.Error()))
				return
			}
			subgraphs[s.index].Sources = []federation.Source{{Name: "<service " + s.name + ">", Text: sdl}}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// redact removes the headers' values from what a service or the network says.
func (s service) redact(text string) string {
	for _, values := range s.header {
		for _, secret := range append(strings.Fields(values[0]), values[0]) {
			if len(secret) > 3 { // shorter ones are no secrets, but parts of words
				text = strings.ReplaceAll(text, secret, "***")
			}
		}
	}
	return text
}

// signer returns what signs requests with the keys of WEFT_IDENTITY_KEYS or of
// the file WEFT_IDENTITY_KEYS_FILE, or nil if neither is set.
func (f *configFile) signer() (*identity.Signer, error) {
	const name, fileName = "WEFT_IDENTITY_KEYS", "WEFT_IDENTITY_KEYS_FILE"
	if f.lookup == nil {
		return nil, nil
	}
	text, _ := f.lookup(name)
	file, _ := f.lookup(fileName)
	source := name
	switch {
	case text == "" && file == "":
		return nil, nil
	case text != "" && file != "":
		return nil, errors.New(name + " and " + fileName + " are both set: remove one")
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileName, err)
		}
		text, source = string(content), fileName
	}
	keys, err := identity.ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	return identity.NewSigner(keys)
}

// introspection asks running services.
type introspection struct {
	client *http.Client
	signer *identity.Signer // nil: requests are not signed
}

// ask returns a service's SDL.
func (i introspection) ask(ctx context.Context, s service) (string, error) {
	request, err := i.request(ctx, s)
	if err != nil {
		return "", err
	}
	response, err := i.client.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) { // it shows the address
			if failed.Timeout() {
				return "", fmt.Errorf("the service does not answer within %s", introspectionTimeout)
			}
			err = failed.Err
		}
		return "", fmt.Errorf("the service cannot be reached: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxSDLBytes+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("the service's answer ends early: %w", err)
	case len(body) > maxSDLBytes:
		return "", fmt.Errorf("the service's answer is larger than %d MiB", maxSDLBytes>>20)
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return "", fmt.Errorf("the service answers %d, a redirect, which is not followed: name the address that it leads to", response.StatusCode)
	}
	return i.sdl(response.StatusCode, body)
}

func (i introspection) request(ctx context.Context, s service) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader([]byte(introspectionQuery)))
	if err != nil {
		return nil, errors.New("the address cannot be used")
	}
	request.Header = s.header.Clone()
	if host := s.header.Get("Host"); host != "" {
		request.Host = host
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if i.signer != nil {
		claims, err := identity.Claims{}.Encode() // nobody calls
		if err != nil {
			return nil, err
		}
		envelope, signature := i.signer.Sign(identity.Request{
			Method: request.Method, Target: request.URL.RequestURI(), Body: []byte(introspectionQuery),
			RequestID: "compose-" + rand.Text() + ".1", Claims: claims,
		}, time.Now())
		request.Header.Set(identity.IdentityHeader, envelope)
		request.Header.Set(identity.SignatureHeader, signature)
	}
	return request, nil
}

// sdl reads a service's answer.
func (i introspection) sdl(status int, body []byte) (string, error) {
	var answer struct {
		Data *struct {
			Service *struct {
				SDL string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message    string `json:"message"`
			Extensions struct {
				Code string `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	err := json.Unmarshal(body, &answer)
	refused := status == http.StatusUnauthorized || status == http.StatusForbidden
	said := ""
	if err == nil && len(answer.Errors) > 0 {
		first := answer.Errors[0]
		refused = refused || first.Extensions.Code == "UNAUTHENTICATED" || first.Extensions.Code == "FORBIDDEN"
		said = fmt.Sprintf(": %q", shorten(first.Message))
		if code := first.Extensions.Code; isToken(code) { // nothing for terminals to obey
			said = ": " + shorten(code) + said[1:]
		}
	}
	switch {
	case refused && i.signer == nil:
		return "", fmt.Errorf("the service refuses the request (%d%s): set introspection_headers, or WEFT_IDENTITY_KEYS if it accepts the router's signature alone", status, said)
	case refused:
		return "", fmt.Errorf("the service refuses the request, which was signed (%d%s): its keys are others, its clock differs, or it wants introspection_headers", status, said)
	case status != http.StatusOK:
		return "", fmt.Errorf("the service answers %d%s", status, said)
	case err != nil:
		return "", errors.New("the service's answer is not the JSON of a GraphQL response: does the address end in its GraphQL path?")
	case said != "":
		return "", fmt.Errorf("the service answers with an error%s", said)
	case answer.Data == nil || answer.Data.Service == nil || strings.TrimSpace(answer.Data.Service.SDL) == "":
		return "", errors.New("the service tells no SDL for `{ _service { sdl } }`: is it a subgraph of a federation?")
	}
	return answer.Data.Service.SDL, nil
}

// shorten bounds what is shown of a service's words.
func shorten(text string) string {
	const longest = 300
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
