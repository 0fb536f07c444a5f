package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

const (
	// firstBodyBytes is how many bytes of a body are made room for at first,
	// whatever length its client announces: room for more comes with the bytes.
	firstBodyBytes = 8 << 10
	// maxKeptBody is how many bytes of memory are kept for the next body.
	maxKeptBody = 128 << 10
)

// Body is the body of a request in memory that is used again.
type Body struct {
	text []byte
	key  []byte // of Request.Key
}

var bodies = sync.Pool{New: func() any { return new(Body) }}

// ReadBody reads the body of a request that Negotiate has let pass. Its errors
// are *Error, or that of a connection which broke. The caller releases the body.
func ReadBody(r io.Reader) (*Body, error) {
	b := bodies.Get().(*Body)
	if cap(b.text) == 0 {
		b.text = make([]byte, 0, firstBodyBytes)
	}
	for {
		if len(b.text) == cap(b.text) {
			b.text = append(b.text, 0)[:len(b.text)]
		}
		n, err := r.Read(b.text[len(b.text):cap(b.text)])
		b.text = b.text[:len(b.text)+n]
		if err == io.EOF {
			return b, nil
		}
		if err == nil {
			continue
		}
		b.Release()
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, refusal(http.StatusRequestEntityTooLarge, CodeRequest,
				"the request's body is larger than %d bytes (limits.http_max_request_bytes)", large.Limit)
		}
		return nil, fmt.Errorf("transport: read body: %w", err)
	}
}

// Bytes is the body, until Release.
func (b *Body) Bytes() []byte { return b.text }

// Release gives the body's memory back. It is called once; neither the body nor a
// Request that was read from it may be used after it.
func (b *Body) Release() {
	if cap(b.text) > maxKeptBody || cap(b.key) > maxKeptBody {
		return
	}
	b.text, b.key = b.text[:0], b.key[:0]
	bodies.Put(b)
}
