package subgraph

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weftql/weft/schema/identity"
)

// Sizes of the buffers of a connection. The first is also the limit of a
// response's header.
const (
	readBufferBytes  = 16 << 10
	writeBufferBytes = 16 << 10
)

// host is one subgraph and the connections to it. The pool of connections and
// the reading of responses are fasthttp's; requests are written here, because
// nearly all of their header is the same every time.
type host struct {
	name      string
	target    string // path and query
	head      string // the request's header, without what differs
	config    *Config
	signer    *identity.Signer // nil: requests are not signed
	anonymous string           // the claims of nobody
	pool      fasthttp.HostClient
}

func newHost(config *Config, s Subgraph, signer *identity.Signer) (*host, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("its URL: %w", err)
	}
	switch {
	case s.URL == "":
		return nil, errors.New("it has no URL: give it one in the supergraph or in the configuration")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("its URL %q is neither http://host/path nor https://host/path", s.URL)
	case u.User != nil:
		return nil, fmt.Errorf("its URL has a user name, which is not supported")
	}
	h := &host{name: s.Name, target: u.RequestURI(), config: config, signer: signer}
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\n", h.target, u.Host)
	head.WriteString("User-Agent: weft\r\nContent-Type: application/json\r\n")
	head.WriteString("Accept: application/graphql-response+json, application/json;q=0.9\r\n")
	if config.Compression {
		head.WriteString("Accept-Encoding: gzip\r\n")
	}
	h.head = head.String()
	h.pool.Addr = fasthttp.AddMissingPort(u.Host, u.Scheme == "https")
	h.pool.IsTLS = u.Scheme == "https"
	h.pool.TLSConfig = config.TLS
	h.pool.ConnPoolStrategy = fasthttp.LIFO // the others may idle out
	h.pool.MaxConns = config.MaxConnections
	h.pool.MaxConnWaitTimeout = config.Timeout
	h.pool.MaxIdleConnDuration = config.IdleTimeout
	h.pool.ReadBufferSize, h.pool.WriteBufferSize = readBufferBytes, writeBufferBytes
	h.pool.WriteTimeout = config.ConnectTimeout // of the TLS handshake
	h.pool.DialTimeout = func(address string, timeout time.Duration) (net.Conn, error) {
		return net.DialTimeout("tcp", address, min(timeout, config.ConnectTimeout))
	}
	return h, nil
}

func (h *host) send(call *Call, request *Request, answer *Response) error {
	repeatable, err := h.try(call, request, answer, 0)
	if repeatable && !request.Mutation && !call.Ended() {
		// The other kept connections have most likely ended too.
		h.pool.CloseIdleConnections()
		_, err = h.try(call, request, answer, 1)
	}
	return err
}

// try sends the request through one connection. The request may be sent again if
// the connection was a kept one and brought nothing.
func (h *host) try(call *Call, request *Request, answer *Response, attempt int) (repeatable bool, err error) {
	remaining := time.Until(call.Deadline())
	if call.Ended() || remaining <= 0 {
		return false, h.failure(call, nil, Timeout)
	}
	connection, err := h.pool.AcquireConn(remaining, false)
	if err != nil {
		return false, h.failure(call, err, Unreachable)
	}
	conn, kept := connection.Conn(), !connection.LastUseTime().IsZero()
	if err := call.hold(conn); err != nil {
		call.release()
		h.pool.CloseConn(connection)
		return kept, h.failure(call, err, Broken)
	}
	begun, reusable, err := h.exchange(conn, request, answer, attempt)
	if call.release() && reusable {
		h.pool.ReleaseConn(connection)
	} else {
		h.pool.CloseConn(connection)
	}
	if err == nil {
		return false, h.check(answer)
	}
	var known *Error
	if errors.As(err, &known) {
		return false, err
	}
	failed := h.failure(call, err, Broken)
	return kept && !begun && failed.Kind == Broken, failed
}

// exchange writes the request and reads the response. begun says that a part of
// the response came, reusable that the connection can be used again.
func (h *host) exchange(conn net.Conn, request *Request, answer *Response, attempt int) (begun, reusable bool, err error) {
	writer := h.pool.AcquireWriter(conn)
	err = h.write(writer, request, attempt)
	h.pool.ReleaseWriter(writer)
	if err != nil {
		return false, false, err
	}
	reader := h.pool.AcquireReader(conn)
	defer h.pool.ReleaseReader(reader)
	if _, err := reader.Peek(1); err != nil {
		return false, false, err
	}
	reusable, err = h.read(reader, answer)
	// What stands behind the response is no answer to anything.
	return true, reusable && reader.Buffered() == 0, err
}

func (h *host) write(w *bufio.Writer, request *Request, attempt int) error {
	var number [20]byte
	_, _ = w.WriteString(h.head) // the writer keeps the first error for Flush
	if h.signer != nil {
		claims := request.Claims
		if claims == "" {
			claims = h.anonymous
		}
		// Odd numbers are first attempts, even ones second.
		id := request.RequestID + "." + strconv.Itoa(2*request.Number+1+attempt)
		envelope, signature := h.signer.Sign(identity.Request{
			Method: "POST", Target: h.target, Body: request.Body, RequestID: id, Claims: claims,
		}, time.Now())
		_, _ = w.WriteString(identity.IdentityHeader + ": ")
		_, _ = w.WriteString(envelope)
		_, _ = w.WriteString("\r\n" + identity.SignatureHeader + ": ")
		_, _ = w.WriteString(signature)
		_, _ = w.WriteString("\r\n")
	}
	_, _ = w.WriteString("Content-Length: ")
	_, _ = w.Write(strconv.AppendInt(number[:0], int64(len(request.Body)), 10))
	_, _ = w.WriteString("\r\n\r\n")
	_, _ = w.Write(request.Body)
	return w.Flush()
}

// maxInformational is how many 1xx responses may come before the final one.
const maxInformational = 8

// read reads the response into answer's memory.
func (h *host) read(r *bufio.Reader, answer *Response) (reusable bool, err error) {
	response := fasthttp.AcquireResponse()
	defer fasthttp.ReleaseResponse(response)
	header := &response.Header
	for i := 0; ; i++ {
		if err := header.Read(r); err != nil {
			return false, err
		}
		if answer.Status = header.StatusCode(); answer.Status >= 200 {
			break
		}
		if i == maxInformational || answer.Status == fasthttp.StatusSwitchingProtocols {
			return false, fmt.Errorf("unexpected status %d", answer.Status)
		}
	}
	answer.Private = len(header.Peek(fasthttp.HeaderSetCookie)) > 0
	body := answer.Body[:0]
	answer.Body = nil
	if answer.Status != fasthttp.StatusNoContent && answer.Status != fasthttp.StatusNotModified {
		response.SwapBody(body)
		err = response.ReadBody(r, h.config.MaxResponseBytes)
		if err == nil && header.ContentLength() == -1 {
			err = header.ReadTrailer(r)
		}
		body = response.SwapBody(nil)
	}
	answer.Body = body
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return false, h.tooLarge(answer)
	case err != nil:
		answer.Body = body[:0]
		return false, err
	}
	return !header.ConnectionClose(), h.decode(header, answer)
}

func (h *host) tooLarge(answer *Response) error {
	answer.Body = answer.Body[:0]
	return &Error{
		Kind: TooLarge, Subgraph: h.name, Status: answer.Status,
		Reason: fmt.Sprintf("the response is larger than %d bytes", h.config.MaxResponseBytes),
	}
}

// check makes an error of a status that is none of success.
func (h *host) check(answer *Response) error {
	if answer.Status >= 200 && answer.Status <= 299 {
		return nil
	}
	return &Error{
		Kind: Status, Subgraph: h.name, Status: answer.Status,
		Reason: strconv.Itoa(answer.Status) + ": " + fasthttp.StatusMessage(answer.Status),
	}
}

// failure makes an *Error of what ended a request; kind is what it is unless the
// error says better.
func (h *host) failure(call *Call, err error, kind Kind) *Error {
	e := &Error{Kind: kind, Subgraph: h.name, Err: err}
	var timeout net.Error
	switch {
	case call.Ended() && time.Now().Before(call.Deadline()):
		e.Kind, e.Reason = Canceled, "the request was canceled"
	case errors.Is(err, fasthttp.ErrNoFreeConns):
		e.Kind, e.Reason = Busy, fmt.Sprintf("all %d connections are in use", h.config.MaxConnections)
	case kind == Timeout, call.Ended(), errors.Is(err, fasthttp.ErrTimeout), errors.As(err, &timeout) && timeout.Timeout():
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
