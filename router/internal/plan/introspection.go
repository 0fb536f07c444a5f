package plan

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
)

// introspection is the fetch that the router answers itself.
type introspection struct {
	p         *planner
	fetch     int
	sets      []Selection
	positions []*Position
	next      int // the next position's ID
}

// introspect plans __schema and __type: one fetch with all of them.
func (p *planner) introspect(out *Plan) {
	var fields []*operation.Field
	for _, rf := range p.rootFields {
		if rf.field.Introspection() {
			fields = append(fields, rf.field)
		}
	}
	if len(fields) == 0 {
		return
	}
	in := &introspection{p: p, fetch: len(out.Fetches), next: len(p.sites) + 1}
	p.introspection = in
	w := &document{p: p, variables: map[string]bool{}}
	in.sets = in.selections(fields, nil)
	w.introspect(fields)
	f := &Fetch{ID: in.fetch, Kind: IntrospectionFetch, Operation: ast.Query, Selections: in.sets, Variables: w.names()}
	f.Text = w.header(ast.Query, "", nil) + w.b.String()
	out.Fetches = append(out.Fetches, f)
}

// selections mirrors what the client selects; the introspection types are no
// part of the query graph, and nothing else supplies them.
func (in *introspection) selections(fields []*operation.Field, path []string) []Selection {
	var out []Selection
	for _, f := range fields {
		s := Selection{Key: f.Key, Name: f.Name, Type: f.Definition.Type, Optional: f.Condition != nil}
		if f.Selections != nil {
			pos := &Position{
				ID: in.next, Path: appendPath(path, f.Key, f.Definition.Type), Type: f.Definition.Type.Name(),
				Typename: Source{Fetch: NoFetch}, Sources: []int{in.fetch},
			}
			in.next++
			in.positions = append(in.positions, pos)
			s.Positions = []int{pos.ID}
			s.Selections = in.selections(f.Selections.Fields, pos.Path)
			below := s.Selections
			for i, part := range f.Selections.Fields {
				pos.Fields = append(pos.Fields, in.show(part, below[i]))
			}
			s.Selections = withoutTypename(below)
		}
		out = append(out, s)
	}
	return out
}

func (in *introspection) show(f *operation.Field, s Selection) Field {
	if f.Name == "__typename" {
		return typenameField(f, Source{Fetch: NoFetch}, nil)
	}
	out := Field{
		Key: f.Key, Name: f.Name, Parent: f.Parent, Type: f.Definition.Type, Condition: condition(f.Condition), Defers: f.Defers,
		Source: Source{Fetch: in.fetch, Key: f.Key}, Position: NoPosition,
	}
	if len(s.Positions) > 0 {
		out.Position = s.Positions[0]
	}
	return out
}

// withoutTypename drops what the plan knows anyway: the types of introspection
// are object types.
func withoutTypename(in []Selection) []Selection {
	var out []Selection
	for _, s := range in {
		if s.Name != "__typename" {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, Selection{Key: "__typename", Name: "__typename", Type: typenameType})
	}
	return out
}

// field shows a root field of introspection.
func (in *introspection) field(f *operation.Field) Field {
	for _, s := range in.sets {
		if s.Key == f.Key {
			return in.show(f, s)
		}
	}
	panic("plan: invariant broken: no selection of " + f.Key)
}

// introspect writes the introspection fields of the operation.
func (w *document) introspect(fields []*operation.Field) {
	w.b.WriteByte('{')
	some := false
	for _, f := range fields {
		if f.Name == "__typename" {
			continue
		}
		some = true
		s := &selection{key: f.Key, name: f.Name, args: argumentText(f.Arguments), arguments: f.Arguments, cond: f.Condition}
		s.client = f.Selections
		w.field(s, nil)
	}
	if !some {
		w.word("__typename")
	}
	w.b.WriteByte('}')
}
