package subgraph

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// writeBufferBytes is the size of the buffer through which requests are written.
const writeBufferBytes = 16 << 10

// plainLine speaks HTTP/1.1 without TLS, over TCP or a Unix socket. The pool of
// connections and the reading of responses are fasthttp's; requests are written
// here, because nearly all of their header is the same every time.
type plainLine struct {
	*host
	head string // the request's header, without what differs
	pool fasthttp.HostClient
}

func newPlainLine(h *host) *plainLine {
	p := &plainLine{host: h}
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\n", h.address.target, h.address.host)
	fmt.Fprintf(&head, "Content-Type: %s\r\nAccept: %s\r\n", contentType, accept)
	if h.encodings != "" {
		fmt.Fprintf(&head, "Accept-Encoding: %s\r\n", h.encodings)
	}
	p.head = head.String()
	network, where := "tcp", fasthttp.AddMissingPort(h.address.host, false)
	if h.address.socket != "" {
		network, where = "unix", h.address.socket
	}
	p.pool.Addr = where
	p.pool.ConnPoolStrategy = fasthttp.LIFO // the others may idle out
	p.pool.MaxConns = h.settings.MaxConnections
	p.pool.MaxConnWaitTimeout = h.settings.Timeout
	p.pool.MaxIdleConnDuration = h.settings.IdleTimeout
	p.pool.ReadBufferSize, p.pool.WriteBufferSize = maxHeaderBytes, writeBufferBytes
	p.pool.DialTimeout = func(_ string, timeout time.Duration) (net.Conn, error) {
		c, err := net.DialTimeout(network, where, min(timeout, h.settings.ConnectTimeout))
		if err != nil {
			return nil, err
		}
		return &plainConnection{Conn: c}, nil
	}
	return p
}

func (p *plainLine) forget() { p.pool.CloseIdleConnections() }

func (p *plainLine) try(call *Call, request *Request, answer *Response, attempt int) (repeatable bool, err error) {
	remaining := time.Until(call.Deadline())
	if call.Ended() || remaining <= 0 {
		return false, p.failure(call, nil, Timeout)
	}
	connection, err := p.pool.AcquireConn(remaining, false)
	if err != nil {
		return false, p.failure(call, err, Unreachable)
	}
	if call.Ended() { // while it waited: others can use the connection
		p.pool.ReleaseConn(connection)
		return false, p.failure(call, nil, Timeout)
	}
	conn, kept := connection.Conn(), !connection.LastUseTime().IsZero()
	if err := call.hold(conn); err != nil {
		call.release()
		p.pool.CloseConn(connection)
		return kept, p.failure(call, err, Broken)
	}
	begun, reusable, err := p.exchange(conn, request, answer, attempt)
	if call.release() && reusable && time.Since(connection.CreatedTime()) < p.settings.MaxAge {
		p.pool.ReleaseConn(connection)
	} else {
		p.pool.CloseConn(connection)
	}
	if err == nil {
		return false, nil
	}
	var known *Error // after that: it takes memory
	if errors.As(err, &known) {
		return false, err
	}
	failed := p.failure(call, err, Broken)
	return kept && !begun && failed.Kind == Broken, failed
}

// exchange writes the request and reads the response. begun says that a part of
// the response came, reusable that the connection can be used again.
func (p *plainLine) exchange(conn net.Conn, request *Request, answer *Response, attempt int) (begun, reusable bool, err error) {
	writer := p.pool.AcquireWriter(conn)
	err = p.write(writer, request, attempt)
	p.pool.ReleaseWriter(writer)
	if err != nil {
		return false, false, err
	}
	reader := p.pool.AcquireReader(conn)
	defer p.pool.ReleaseReader(reader)
	if _, err := reader.Peek(1); err != nil {
		return false, false, err
	}
	reusable, err = p.read(reader, answer)
	// What stands behind the response is no answer to anything.
	return true, reusable && reader.Buffered() == 0, err
}

func (p *plainLine) write(w *bufio.Writer, request *Request, attempt int) error {
	_, _ = w.WriteString(p.head) // the writer keeps the first error for Flush
	if !strings.HasPrefix(request.Headers.Lines, agent) {
		_, _ = w.WriteString(agent + ": " + userAgent + "\r\n")
	}
	_, _ = w.WriteString(request.Headers.Lines)
	_, _ = w.WriteString(request.Headers.Traces)
	if p.signer != nil {
		_, _ = w.Write(p.signer.AppendHeaders(w.AvailableBuffer(), p.signed(request, attempt), time.Now()))
	}
	_, _ = w.WriteString("Content-Length: ")
	_, _ = w.Write(strconv.AppendInt(w.AvailableBuffer(), int64(len(request.Body)), 10))
	_, _ = w.WriteString("\r\n\r\n")
	_, _ = w.Write(request.Body)
	return w.Flush()
}

// read reads the response into answer's memory.
func (p *plainLine) read(r *bufio.Reader, answer *Response) (reusable bool, err error) {
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
	if p.settings.KeepHeaders {
		answer.Header = http.Header{}
		for name, value := range header.All() {
			answer.Header.Add(string(name), string(value))
		}
	}
	body := answer.Body[:0]
	answer.Body = nil
	if hasBody(answer.Status) {
		response.SwapBody(body)
		err = response.ReadBody(r, p.settings.MaxResponseBytes)
		if err == nil && header.ContentLength() == -1 {
			err = header.ReadTrailer(r)
		}
		body = response.SwapBody(nil)
	}
	answer.Body = body
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return false, p.tooLarge(answer)
	case err != nil:
		answer.Body = body[:0]
		return false, err
	}
	return !header.ConnectionClose(), p.decode(header.ContentType(), header.ContentEncoding(), answer)
}
