package execute

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
)

// failure returns the error that says that a subgraph did not answer, without
// its path. The code is always shown; what happened where, only to those who may
// know.
func (r *run) failure(code string, f *fetch, reason string, status int) gqlerror.Error {
	service, exposed := f.service, r.exposure(f)
	message := "HTTP fetch failed from '" + service + "': " + reason
	if code == CodeMalformed {
		message = "service '" + service + "' response was malformed: " + reason
	}
	extensions := map[string]any{"service": service, "reason": reason}
	if status != 0 {
		extensions["http"] = map[string]int{"status": status}
	}
	maps.DeleteFunc(extensions, func(key string, _ any) bool { return !exposed.shows(key) })
	extensions["code"] = code
	return gqlerror.Error{Message: exposed.message(message), Extensions: extensions}
}

// fetchFailure returns the error for a fetch that err ended.
func (r *run) fetchFailure(f *fetch, err error) gqlerror.Error {
	var failed *subgraph.Error
	var syntax *response.SyntaxError
	switch {
	case f.plan.Kind == plan.IntrospectionFetch:
		return gqlerror.Error{Message: "introspection: " + err.Error(), Extensions: map[string]any{"code": CodeInternal}}
	case errors.As(err, &failed) && failed.Kind == subgraph.Timeout:
		return r.failure(CodeTimeout, f, failed.Reason, 0)
	case errors.As(err, &failed):
		return r.failure(CodeHTTP, f, failed.Reason, failed.Status)
	case errors.As(err, &syntax):
		return r.failure(CodeMalformed, f, syntax.Error(), 0)
	case errors.Is(err, context.DeadlineExceeded):
		return r.failure(CodeTimeout, f, "the time for the whole request is over", 0)
	}
	return r.failure(CodeHTTP, f, err.Error(), 0)
}

// subgraphError is one of a subgraph's errors as it sent it.
type subgraphError struct {
	Message    string                     `json:"message"`
	Path       []json.RawMessage          `json:"path"`
	Extensions map[string]json.RawMessage `json:"extensions"`
}

// mapErrors reports the errors of a subgraph's response: those of a root fetch
// at their path, those of other objects wherever the object is shown. An error
// without a path that stands for all of the data is reported at the fields that
// are missing.
func (r *run) mapErrors(index int) {
	f, s := r.program.fetches[index], &r.states[index]
	if s.doc.Errors() == nil {
		return
	}
	var list []subgraphError
	if err := json.Unmarshal(s.doc.Errors(), &list); err != nil {
		r.emitter.Report(r.failure(CodeMalformed, f, "'errors' is no list of GraphQL errors", 0), nil)
		return
	}
	for i := range list[:min(len(list), response.MaxErrors)] {
		e := &list[i]
		err := r.subgraphError(f, e)
		switch {
		case len(e.Path) == 0 && !s.hasData() && s.failure == nil:
			s.failure = &response.Failure{Error: err}
			r.blame(f, s)
		case f.plan.Kind == plan.EntityFetch:
			r.mapEntityError(f, s, e.Path, err)
		case f.reentry != nil && f.reentry.projection != nil && s.hasData():
			r.mapReentryError(f, s, e.Path, err)
		default:
			path := r.clientPath(f.plan.ID, 0, f.plan.Position, f.plan.Selections, e.Path)
			r.emitter.Report(err, append(r.pathOf(f.plan.Position), path...))
		}
	}
}

// pathOf is the path of a position's objects; it ends at the first list, whose
// items it cannot tell apart.
func (r *run) pathOf(position int) []response.PathElement {
	var out []response.PathElement
	for _, key := range r.program.plan.Positions[position].Path {
		if key == "@" {
			break
		}
		out = append(out, ast.PathName(key))
	}
	return out
}

// blame makes the fetch's failure the cause of everything that is missing.
func (r *run) blame(f *fetch, s *fetchState) {
	if f.reentry != nil {
		r.emitter.Overlays[f.reentry.overlay].Cause = s.cause()
	}
	for _, l := range f.lookups {
		for _, t := range l.targets {
			r.emitter.Overlays[t.overlay].Cause = s.cause()
		}
	}
	for i, fetch := range r.program.roots {
		if r.program.fetches[fetch] == f {
			r.emitter.BlameRoot(i, s.cause())
		}
	}
}

func (r *run) subgraphError(f *fetch, e *subgraphError) gqlerror.Error {
	exposed := r.exposure(f)
	var extensions map[string]any
	show := func(key string, value any) {
		if !exposed.shows(key) {
			return
		}
		if extensions == nil {
			extensions = make(map[string]any, len(e.Extensions)+1)
		}
		extensions[key] = value
	}
	for key, value := range e.Extensions {
		show(key, value)
	}
	if f.service != "" {
		show("service", f.service)
	}
	return gqlerror.Error{Message: exposed.message(e.Message), Extensions: extensions}
}

// mapEntityError maps ["_entities", 3, …] to the places that show the entity.
func (r *run) mapEntityError(f *fetch, s *fetchState, path []json.RawMessage, err gqlerror.Error) {
	l, entity := f.entityAt(path)
	if f.contextual != nil {
		l, entity = f.contextual.entityAt(s, path)
	}
	if l == nil {
		r.emitter.Report(err, nil)
		return
	}
	failure := &response.Failure{Error: err}
	s.partial = append(s.partial, failure)
	paths := make([][]response.PathElement, len(l.plan.Targets))
	for i, t := range l.plan.Targets {
		paths[i] = r.clientPath(f.plan.ID, i, t.Position, l.plan.Selections, path[2:])
	}
	r.mark(l, int32(entity), failure, paths)
}

// mapReentryError notes an error of the Query object at each place that shows it.
func (r *run) mapReentryError(f *fetch, s *fetchState, path []json.RawMessage, err gqlerror.Error) {
	failure := &response.Failure{Error: err}
	s.partial = append(s.partial, failure)
	r.emitter.Overlays[f.reentry.overlay].Mark(int32(s.doc.Data().Offset()), response.Mark{
		Projection: f.reentry.projection, Failure: failure,
		Path: r.clientPath(f.plan.ID, 0, f.plan.Position, f.plan.Selections, path),
	})
}

// entityAt returns the lookup and the index of the entity that a path leads to.
// The lookup is nil if there is none.
func (f *fetch) entityAt(path []json.RawMessage) (*lookup, int) {
	if len(path) < 2 {
		return nil, 0
	}
	key, _, _ := pathElement(path[0])
	which := slices.IndexFunc(f.lookups, func(l *lookup) bool { return l.plan.Key == key })
	_, entity, isIndex := pathElement(path[1])
	if which < 0 || !isIndex || entity < 0 || entity > math.MaxInt32 {
		return nil, 0
	}
	return f.lookups[which], entity
}

// clientPath translates a path in a subgraph's response into one in the
// client's: selections are those of objects at a position, target tells which of
// their positions count. It ends where the client sees nothing further, and where
// the path has an item of what is no list, or a field of a list.
func (r *run) clientPath(fetch, target, position int, selections []plan.Selection, path []json.RawMessage) []response.PathElement {
	var out []response.PathElement
	var list *ast.Type // of the value that the path has come to, if it is a list
	for _, element := range path {
		key, index, isIndex := pathElement(element)
		if isIndex != (list != nil) || index < 0 {
			return out
		}
		if isIndex {
			out, list = append(out, ast.PathIndex(index)), listOf(list.Elem)
			continue
		}
		if position == plan.NoPosition {
			return out
		}
		seen := r.clientField(fetch, position, key)
		which := slices.IndexFunc(selections, func(s plan.Selection) bool { return s.Key == key })
		if seen == nil || which < 0 {
			return out
		}
		out, list = append(out, ast.PathName(seen.Key)), listOf(seen.Type)
		position = plan.NoPosition
		if s := &selections[which]; target < len(s.Positions) {
			position, selections = s.Positions[target], s.Selections
		}
	}
	return out
}

// listOf returns a type if it is one of lists, else nil.
func listOf(t *ast.Type) *ast.Type {
	if t == nil || t.Elem == nil {
		return nil
	}
	return t
}

// clientField returns the field with which the client sees the value that a fetch
// has under key at a position, or nil.
func (r *run) clientField(fetch, position int, key string) *plan.Field {
	fields := r.program.plan.Positions[position].Fields
	for i := range fields {
		if fields[i].Source.Fetch == fetch && fields[i].Source.Key == key {
			return &fields[i]
		}
	}
	return nil
}

// pathElement reads an element of a path: a key or an index.
func pathElement(raw json.RawMessage) (key string, index int, isIndex bool) {
	if number, err := strconv.Atoi(string(raw)); err == nil {
		return "", number, true
	}
	// What is neither becomes a key that no selection has.
	_ = json.Unmarshal(raw, &key)
	return key, 0, false
}
