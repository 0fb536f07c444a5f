package subgraph

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weftql/weft/schema/identity"
)

// maxHeaderBytes is how large the header of a response may be.
const maxHeaderBytes = 16 << 10

// maxInformational is how many 1xx responses may come before the final one.
const maxInformational = 8

// Header fields that all requests have.
const (
	userAgent   = "weft"
	contentType = "application/json"
	accept      = "application/graphql-response+json, application/json;q=0.9"
)

// host is one subgraph: what all ways to reach it have in common.
type host struct {
	name      string
	address   address
	settings  Settings
	encodings string           // the value of Accept-Encoding, or ""
	signer    *identity.Signer // nil: requests are not signed
	anonymous string           // the claims of nobody
	decoders  decoders
	line      line
}

// line carries requests to one subgraph: over plain HTTP/1.1 (plainLine), or by
// whatever else net/http speaks (standardLine). It is safe for concurrent use.
type line interface {
	// try sends a request once and reads the answer as it came. The request may be
	// sent again if it went through a kept connection that brought nothing.
	try(call *Call, request *Request, answer *Response, attempt int) (repeatable bool, err error)
	// forget closes the connections that nobody uses.
	forget()
}

func newHost(s Subgraph, signer *identity.Signer, anonymous string) (*host, error) {
	settings := s.WithDefaults()
	if err := settings.validate(); err != nil {
		return nil, err
	}
	where, err := parseAddress(s.URL)
	if err != nil {
		return nil, err
	}
	if settings.Proxy != nil && settings.HTTP2 == HTTP2Only && !where.tls {
		return nil, errors.New("HTTP/2 without TLS does not go through a proxy")
	}
	h := &host{name: s.Name, address: where, settings: settings, signer: signer, anonymous: anonymous}
	names := make([]string, len(settings.AcceptEncoding))
	for i, e := range settings.AcceptEncoding {
		names[i] = string(e)
	}
	h.encodings = strings.Join(names, ", ")
	if where.tls || settings.HTTP2 == HTTP2Only || settings.Proxy != nil {
		h.line, err = newStandardLine(h)
	} else {
		h.line = newPlainLine(h)
	}
	return h, err
}

func (h *host) send(call *Call, request *Request, answer *Response) error {
	repeatable, err := h.line.try(call, request, answer, 0)
	if repeatable && !request.Mutation && !call.Ended() {
		// The other kept connections have most likely ended too.
		h.line.forget()
		_, err = h.line.try(call, request, answer, 1)
	}
	if err != nil {
		return err
	}
	return h.check(answer)
}

// signed is what a request's signature covers.
func (h *host) signed(request *Request, attempt int) identity.Request {
	claims := request.Claims
	if claims == "" {
		claims = h.anonymous
	}
	return identity.Request{
		Method: "POST", Target: h.address.target, Body: request.Body,
		// Odd numbers are first attempts, even ones second.
		RequestID: request.RequestID, Number: 2*request.Number + 1 + attempt,
		Claims: claims,
	}
}

// hasBody tells whether a response with a status has one.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

func (h *host) tooLarge(answer *Response) error {
	answer.Body = answer.Body[:0]
	return &Error{
		Kind: TooLarge, Subgraph: h.name, Status: answer.Status,
		Reason: fmt.Sprintf("the response is larger than %d bytes", h.settings.MaxResponseBytes),
	}
}

// check makes an error of a status that is none of success.
func (h *host) check(answer *Response) error {
	if answer.Status >= 200 && answer.Status <= 299 {
		return nil
	}
	return &Error{
		Kind: Status, Subgraph: h.name, Status: answer.Status,
		Reason: strings.TrimSuffix(strconv.Itoa(answer.Status)+": "+http.StatusText(answer.Status), ": "),
	}
}

// failure makes an *Error of what ended a request; kind is what it is unless the
// error says better.
func (h *host) failure(call *Call, err error, kind Kind) *Error {
	e := &Error{Kind: kind, Subgraph: h.name, Err: err}
	var timeout net.Error
	deadline, ended := call.Deadline(), call.Ended()
	switch {
	case ended && time.Now().Before(deadline):
		e.Kind, e.Reason = Canceled, "the request was canceled"
	case errors.Is(err, fasthttp.ErrNoFreeConns):
		e.Kind, e.Reason = Busy, fmt.Sprintf("all %d connections are in use", h.settings.MaxConnections)
	case kind == Timeout, ended, !time.Now().Before(deadline), errors.Is(err, fasthttp.ErrTimeout), errors.As(err, &timeout) && timeout.Timeout():
		e.Kind, e.Reason = Timeout, "it did not answer in time"
		if kind == Unreachable {
			e.Reason = "no connection could be made in time"
		}
	case kind == Unreachable:
		e.Reason = "no connection could be made: " + err.Error()
	default:
		e.Reason = "the connection broke: " + err.Error()
	}
	return e
}
