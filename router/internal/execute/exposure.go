package execute

import (
	"slices"

	"github.com/weftql/weft/router/internal/plan"
)

// Exposure says what clients may read of the errors that a subgraph reports, and
// of those that say why it did not answer. The zero value withholds everything
// but the codes of the latter. It is not changed once it is in use.
type Exposure struct {
	// Whole shows them as they are, with the subgraph's name.
	Whole bool
	// Message shows their messages.
	Message bool
	// Extensions are the keys of their extensions that are shown.
	Extensions []string
}

// message returns what is shown of an error's message.
func (e *Exposure) message(text string) string {
	if e.Whole || e.Message {
		return text
	}
	return redactedMessage
}

// shows tells whether an extension with a key is shown.
func (e *Exposure) shows(key string) bool { return e.Whole || slices.Contains(e.Extensions, key) }

// exposure returns what the client may read of a fetch's errors.
func (r *run) exposure(f *fetch) *Exposure {
	if f.plan.Kind == plan.IntrospectionFetch {
		return &Exposure{Whole: true}
	}
	if i := f.plan.Subgraph; i < len(r.input.IncludeSubgraphErrors) {
		return &r.input.IncludeSubgraphErrors[i]
	}
	return &Exposure{}
}
