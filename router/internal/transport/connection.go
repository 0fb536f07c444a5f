package transport

import (
	"context"
	"net"
)

// bufferedBytes is the size of the buffer through which net/http writes: what is
// larger than it comes in two writes, the first of which fills the buffer.
const bufferedBytes = 4 << 10

// Listener returns a listener whose connections send the answers of Write in one
// piece, header and body together, instead of in two. ConnContext of the server
// has to be Connected.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept waits for a connection. One that does more than to carry bytes, as TLS
// does, stays as it is.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
		return &connection{Conn: c}, nil
	}
	return c, err
}

// Connected returns a context by which Write finds the connection of a request
// (http.Server.ConnContext).
func Connected(ctx context.Context, c net.Conn) context.Context {
	if known, ok := c.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, known)
	}
	return ctx
}

type connectionKey struct{}

// connection is one of a listener's. Beside Close, deadlines and Read, which any
// goroutine may call, it belongs to the goroutine that serves its requests.
type connection struct {
	net.Conn

	expected int         // bytes that are to leave together, 0 for none
	held     []byte      // those of them that were written
	pieces   net.Buffers // these and what is written behind them, while they leave
	pair     [2][]byte   // memory for pieces
}

// expect says that n bytes at least are about to be written.
func (c *connection) expect(n int) { c.expected = n }

// Write sends p, and with it what was held back; or holds p back because there is
// more to come.
func (c *connection) Write(p []byte) (int, error) {
	if c.expected == 0 {
		return c.Conn.Write(p)
	}
	before := len(c.held)
	if before+len(p) < c.expected && before+len(p) <= bufferedBytes {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	n, err := c.send(p)
	return max(0, n-before), err
}

// settle sends what is held back still.
func (c *connection) settle() error {
	if len(c.held) == 0 {
		c.expected = 0
		return nil
	}
	_, err := c.send(nil)
	return err
}

// send sends what is held back and p.
func (c *connection) send(p []byte) (int, error) {
	c.pair = [2][]byte{c.held, p}
	c.pieces = c.pair[:]
	n, err := c.pieces.WriteTo(c.Conn) // writev
	c.expected, c.held, c.pieces, c.pair = 0, c.held[:0], nil, [2][]byte{}
	return int(n), err
}

// CloseWrite ends what is sent, and leaves the other direction open: net/http does
// so before it closes a connection that the client still writes to.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
