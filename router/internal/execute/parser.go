package execute

import (
	"sync"
	"unique"

	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
)

// parser reads the responses of a fetch (subgraph.Parser). Fetches of different
// programs share a response, parsed once, if the subgraph is sent the same text
// and their layouts are equal.
type parser struct {
	layout *response.Layout
	key    unique.Handle[string] // the layout's text
	poison *bool                 // the program's
	pool   sync.Pool             // of *parsed, as large as this fetch's responses
}

// parsed is a response as a parser left it.
type parsed struct {
	doc response.Document
	err error // why the document holds nothing
}

func (p *parser) Key() any { return p.key }

func (p *parser) Acquire() (memory any, body []byte) {
	out, ok := p.pool.Get().(*parsed)
	if !ok {
		out = &parsed{}
	}
	return out, out.doc.Reset()
}

func (p *parser) Parse(memory any, r *subgraph.Response) {
	out, body := memory.(*parsed), r.Body
	r.Body = nil // it is the document's now
	out.err = out.doc.Parse(p.layout, body)
}

func (p *parser) Release(memory any) {
	out := memory.(*parsed)
	if *p.poison {
		out.doc.Poison()
	}
	if out.doc.Memory() <= maxKept {
		out.err = nil
		p.pool.Put(out)
	}
}
