package shop

import (
	"strings"
	"sync"

	"github.com/valyala/fasthttp"
)

// maxRemembered bounds the answers that a handler remembers.
const maxRemembered = 10_000

// Handler answers POST /NAME for each subgraph. An answer is computed once for
// the bytes of a request, so that it costs every gateway the same and little.
type Handler struct {
	services map[string]*Service // by path
	mutex    sync.RWMutex
	answers  map[string][]byte // by path and body
}

// NewHandler returns a handler for all subgraphs.
func NewHandler() (*Handler, error) {
	h := &Handler{services: map[string]*Service{}, answers: map[string][]byte{}}
	for _, name := range Names() {
		s, err := NewSubgraph(name)
		if err != nil {
			return nil, err
		}
		h.services["/"+name] = s
	}
	return h, nil
}

// Serve answers a request (fasthttp.RequestHandler).
func (h *Handler) Serve(ctx *fasthttp.RequestCtx) {
	var buffer [1024]byte
	key := append(append(buffer[:0], ctx.Path()...), ctx.PostBody()...)
	h.mutex.RLock()
	answer, known := h.answers[string(key)]
	h.mutex.RUnlock()
	if !known {
		s := h.services[string(ctx.Path())]
		if s == nil {
			ctx.Error("the subgraphs are at /"+strings.Join(Names(), ", /"), fasthttp.StatusNotFound)
			return
		}
		answer = s.Execute(ctx.PostBody())
		h.mutex.Lock()
		if len(h.answers) < maxRemembered {
			h.answers[string(key)] = answer
		}
		h.mutex.Unlock()
	}
	ctx.Response.Header.SetContentType("application/json")
	ctx.Response.SetBodyRaw(answer)
}
