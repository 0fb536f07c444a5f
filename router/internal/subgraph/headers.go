package subgraph

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// HeaderRules are a HeaderConfig for the subgraphs of one supergraph. It is
// immutable and safe for concurrent use; nil stands for no rules.
type HeaderRules struct {
	// requests and responses are by subgraph; subgraphs without rules of their own
	// have the same requests, of which the numbers are in set.
	requests  [][]headerRule
	set       []int
	responses [][]headerRule
}

// NewHeaderRules returns the rules for subgraphs, in the order in which requests
// name them; nil if there are none. The configuration has been validated.
func NewHeaderRules(config HeaderConfig, subgraphs []string) *HeaderRules {
	r := &HeaderRules{requests: [][]headerRule{compileHeaders(config.All.Request)}}
	some := false
	for _, name := range subgraphs {
		single := config.Subgraphs[name]
		set := 0
		if len(single.Request) > 0 {
			set = len(r.requests)
			r.requests = append(r.requests, compileHeaders(config.All.Request, single.Request))
		}
		response := compileHeaders(config.All.Response, single.Response)
		some = some || len(r.requests[set]) > 0 || len(response) > 0
		r.set, r.responses = append(r.set, set), append(r.responses, response)
	}
	if !some {
		return nil
	}
	return r
}

// Keeps tells whether there are rules about a subgraph's responses, so that their
// headers have to be kept (Settings.KeepHeaders).
func (r *HeaderRules) Keeps(subgraph int) bool { return r != nil && len(r.responses[subgraph]) > 0 }

// Of returns the headers for a request of a client, nil if there are no rules.
// The client's headers are read until the request has been answered.
func (r *HeaderRules) Of(client http.Header) *Headers {
	if r == nil {
		return nil
	}
	return &Headers{
		rules: r, client: endToEnd(client),
		sent: make([]Sent, len(r.requests)), known: make([]bool, len(r.requests)),
	}
}

// endToEnd returns a header without what it says is about its connection (RFC 9110
// §7.6.1).
func endToEnd(header http.Header) http.Header {
	tokens := header["Connection"]
	if len(tokens) == 0 {
		return header
	}
	out := header.Clone()
	for token := range strings.SplitSeq(strings.Join(tokens, ","), ",") {
		out.Del(strings.TrimSpace(token))
	}
	return out
}

// Headers are what goes from one request of a client to subgraphs, and what goes
// back with its answer. It is not safe for concurrent use; nil stands for nothing.
type Headers struct {
	rules    *HeaderRules
	client   http.Header
	sent     []Sent // by set
	known    []bool // whether sent is
	received []field
}

// Sent are the headers that a subgraph is sent, as lines with their line breaks.
type Sent struct {
	// Lines are those on which the answer may depend.
	Lines string
	// Traces are those that say where a request belongs, and differ for each.
	Traces string
}

// For returns what a subgraph is sent.
func (h *Headers) For(subgraph int) Sent {
	if h == nil {
		return Sent{}
	}
	set := h.rules.set[subgraph]
	if !h.known[set] {
		h.known[set] = true
		h.sent[set] = lines(follow(h.rules.requests[set], h.client, reservedInRequests))
	}
	return h.sent[set]
}

// agent is the header that stands first in Sent.Lines if it is there: it replaces
// the router's own.
const agent = "User-Agent"

func lines(fields []field) Sent {
	var plain, traced strings.Builder
	for _, agents := range []bool{true, false} {
		for _, f := range fields {
			if (f.name == agent) != agents {
				continue
			}
			to := &plain
			if f.traced {
				to = &traced
			}
			to.WriteString(f.name + ": " + f.value + "\r\n")
		}
	}
	return Sent{plain.String(), traced.String()}
}

// Received takes the headers of a subgraph's response. It is called in the order
// of the plan's requests.
func (h *Headers) Received(subgraph int, response http.Header) {
	if h == nil || response == nil {
		return
	}
	fields := follow(h.rules.responses[subgraph], endToEnd(response), reservedInResponses)
	for len(fields) > 0 {
		name, algorithm := fields[0].name, fields[0].algorithm
		var values []field
		fields = slices.DeleteFunc(fields, func(f field) bool {
			if f.name == name {
				values = append(values, f)
			}
			return f.name == name
		})
		h.merge(name, algorithm, values)
	}
}

// merge adds the values of one header to what others have brought.
func (h *Headers) merge(name, algorithm string, values []field) {
	is := func(f field) bool { return f.name == name }
	at := slices.IndexFunc(h.received, is)
	switch {
	case at < 0 || name == cookie:
	case algorithm == first:
		return
	case algorithm == appending:
		for _, v := range values {
			h.received[at].value += ", " + v.value
		}
		return
	default:
		h.received = slices.DeleteFunc(h.received, is)
	}
	if algorithm == appending && name != cookie {
		for _, v := range values[1:] {
			values[0].value += ", " + v.value
		}
		values = values[:1]
	}
	h.received = append(h.received, values...)
}

// Key is all that goes to any subgraph, but for Sent.Traces: requests of clients
// may share a whole answer only if their keys are equal.
func (h *Headers) Key() string {
	if h == nil {
		return ""
	}
	var key []byte
	for subgraph, set := range h.rules.set {
		if !slices.Contains(h.rules.set[:subgraph], set) { // else it is there
			lines := h.For(subgraph).Lines
			key = append(append(strconv.AppendInt(key, int64(len(lines)), 10), ':'), lines...)
		}
	}
	return string(key)
}

// Share takes over what has come back for another request, whose answer this one
// shares. The other one receives nothing any more.
func (h *Headers) Share(other *Headers) {
	if h != nil {
		h.received = other.received
	}
}

// Answer adds to the headers of the client's response what subgraphs have brought
// for it.
func (h *Headers) Answer(response http.Header) {
	if h == nil {
		return
	}
	for _, f := range h.received {
		response[f.name] = append(response[f.name], f.value)
	}
}
