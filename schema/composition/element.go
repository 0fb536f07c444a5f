package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// The elements of a schema. Subgraphs and the supergraph use the same types: in
// a subgraph, `in` names its owner and `at` its place; in the supergraph there is
// no owner, and there are places in the subgraphs.

type typeDef struct {
	in          *subgraph
	at          Location
	sourcesAt   []Location // in the supergraph: where the subgraphs have it
	name        string
	kind        ast.DefinitionKind
	description string
	defined     bool // by a `type`, not only by `extend type`
	extended    bool // by an `extend type`
	interfaces  []string
	members     []string
	fields      []*field
	fieldByName map[string]*field // nil while there are few
	values      []*enumValue
	applied     []*application
}

// field is a field of an object, interface or input object, or an argument.
type field struct {
	in          *subgraph
	at          Location
	sourcesAt   []Location // in the supergraph, unless it is one: that is at
	coordinate  string     // "User.name", "User.name(first:)", "@directive(arg:)"
	name        string
	description string
	typ         *ast.Type
	args        []*field
	def         *ast.Value
	applied     []*application
	parent      *typeDef // nil for arguments
	part        int      // 0: in the type itself; n: in its n-th extension
	facts
}

type enumValue struct {
	in          *subgraph
	at          Location
	sourcesAt   []Location
	coordinate  string
	name        string
	description string
	applied     []*application
}

type directiveDef struct {
	in          *subgraph
	at          Location
	name        string
	description string
	args        []*field
	locations   []ast.DirectiveLocation
	repeatable  bool
}

// application is a directive at an element.
type application struct {
	in *subgraph // as in typeDef
	at Location
	// name is what the schema calls the directive; spec is what federation or
	// GraphQL calls it, empty for a directive of the user's own.
	name, spec string
	args       []argument
	part       int // as in field
	// wrong tells of a field set that it names what is not there, which was
	// reported, so that nothing follows from it.
	wrong bool
}

type argument struct {
	name  string
	value *ast.Value
	at    Location
}

// places are where an element stands: in a subgraph, or in all that have it.

func (t *typeDef) places() []Location   { return placesOf(t.at, t.sourcesAt) }
func (f *field) places() []Location     { return placesOf(f.at, f.sourcesAt) }
func (v *enumValue) places() []Location { return placesOf(v.at, v.sourcesAt) }

// addPlace notes one more place of a field of the supergraph.
func (f *field) addPlace(at Location) {
	switch {
	case f.at == Location{}:
		f.at = at
	case f.sourcesAt == nil:
		f.sourcesAt = []Location{f.at, at}
	default:
		f.sourcesAt = append(f.sourcesAt, at)
	}
}

func placesOf(at Location, sources []Location) []Location {
	if len(sources) > 0 {
		return sources
	}
	return []Location{at}
}

func (t *typeDef) addField(f *field) {
	const few = 8
	t.fields = append(t.fields, f)
	switch {
	case len(t.fields) <= few:
	case t.fieldByName == nil:
		t.fieldByName = make(map[string]*field, 2*few)
		for _, f := range slices.Backward(t.fields) {
			t.fieldByName[f.name] = f
		}
	case t.fieldByName[f.name] == nil:
		t.fieldByName[f.name] = f
	}
}

func (t *typeDef) removeField(name string) {
	t.fields = slices.DeleteFunc(t.fields, func(f *field) bool { return f.name == name })
	delete(t.fieldByName, name)
}

func (t *typeDef) field(name string) *field {
	if t.fieldByName == nil {
		return fieldNamed(t.fields, name)
	}
	return t.fieldByName[name]
}

func (t *typeDef) fieldNames() []string {
	names := make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i] = f.name
	}
	return names
}

func (t *typeDef) value(name string) *enumValue {
	for _, v := range t.values {
		if v.name == name {
			return v
		}
	}
	return nil
}

func (t *typeDef) composite() bool {
	return t != nil && (t.kind == ast.Object || t.kind == ast.Interface || t.kind == ast.Union)
}

func (t *typeDef) abstract() bool {
	return t != nil && (t.kind == ast.Interface || t.kind == ast.Union)
}

// kindName is the kind as GraphQL's specification calls it.
func (t *typeDef) kindName() string {
	switch t.kind {
	case ast.Scalar:
		return "scalar"
	case ast.Object:
		return "object"
	case ast.Interface:
		return "interface"
	case ast.Union:
		return "union"
	case ast.Enum:
		return "enum"
	case ast.InputObject:
		return "input object"
	}
	return string(t.kind)
}

func (f *field) arg(name string) *field { return fieldNamed(f.args, name) }

// required reports whether a caller must give the argument or input field.
func (f *field) required() bool { return f.typ.NonNull && f.def == nil }

func fieldNamed(list []*field, name string) *field {
	for _, f := range list {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (a *application) arg(name string) *ast.Value {
	for _, arg := range a.args {
		if arg.name == name {
			return arg.value
		}
	}
	return nil
}

// String prints the application as SDL, under the name that its schema uses.
func (a *application) String() string {
	p := &printer{}
	p.application(a)
	return p.String()
}

// find returns the applications of the directive that federation calls spec.
func find(list []*application, spec string) []*application {
	var out []*application
	for _, a := range list {
		if a.spec == spec {
			out = append(out, a)
		}
	}
	return out
}

func has(list []*application, spec string) bool { return first(list, spec) != nil }

func first(list []*application, spec string) *application {
	for _, a := range list {
		if a.spec == spec {
			return a
		}
	}
	return nil
}

// mergedSchema is the supergraph.
type mergedSchema struct {
	schema
	joinMinor int // of join v0.x
	links     []supergraphLink
	// composed are the users' own directives in it.
	composed map[string]*composedDirective
}

// schema is what subgraphs and the supergraph have in common.
type schema struct {
	description string
	at          Location
	applied     []*application // on the schema itself, without @link
	types       []*typeDef
	typeByName  map[string]*typeDef
	directives  []*directiveDef
	// specInputs are the input types of specifications, which are not among types:
	// under the names of their tables and those of the subgraph.
	specInputs map[string]*typeDef
	// implementations lists the object and interface types that name an
	// interface in `implements`.
	implementations map[string][]*typeDef
}

func (s *schema) typeNamed(name string) *typeDef { return s.typeByName[name] }

func (s *schema) typeNames() []string {
	names := make([]string, len(s.types))
	for i, t := range s.types {
		names[i] = t.name
	}
	return names
}

func (s *schema) directive(name string) *directiveDef {
	for _, d := range s.directives {
		if d.name == name {
			return d
		}
	}
	return nil
}

func (s *schema) addType(t *typeDef) {
	if s.typeByName == nil {
		s.typeByName = map[string]*typeDef{}
	}
	s.types = append(s.types, t)
	if s.typeByName[t.name] == nil {
		s.typeByName[t.name] = t
	}
}

func (s *schema) removeType(name string) {
	s.types = slices.DeleteFunc(s.types, func(t *typeDef) bool { return t.name == name })
	delete(s.typeByName, name)
}

// possibleTypes returns the object types that a value of type t can have.
func (s *schema) possibleTypes(t *typeDef) []*typeDef {
	switch t.kind {
	case ast.Object:
		return []*typeDef{t}
	case ast.Union:
		var out []*typeDef
		for _, name := range t.members {
			if m := s.typeNamed(name); m != nil {
				out = append(out, m)
			}
		}
		return out
	case ast.Interface:
		var out []*typeDef
		for _, impl := range s.implementations[t.name] {
			if impl.kind == ast.Object {
				out = append(out, impl)
			}
		}
		return out
	}
	return nil
}

// overlap reports whether a value can be of both types.
func (s *schema) overlap(a, b *typeDef) bool {
	if a == b {
		return true
	}
	other := s.possibleTypes(b)
	return slices.ContainsFunc(s.possibleTypes(a), func(t *typeDef) bool { return slices.Contains(other, t) })
}

// indexImplementations must be called again when types or their interfaces
// have changed.
func (s *schema) indexImplementations() {
	s.implementations = map[string][]*typeDef{}
	for _, t := range s.types {
		for _, name := range t.interfaces {
			s.implementations[name] = append(s.implementations[name], t)
		}
	}
}

// isSubtype reports whether a value of the named type sub is always one of the
// named type super: an implementation of the interface, a member of the union.
func (s *schema) isSubtype(super, sub string) bool {
	if super == sub {
		return true
	}
	if t := s.typeNamed(super); t != nil && t.kind == ast.Union && slices.Contains(t.members, sub) {
		return true
	}
	t := s.typeNamed(sub)
	return t != nil && slices.Contains(t.interfaces, super)
}

func rootNames() [3]string { return [3]string{"Query", "Mutation", "Subscription"} }

func isRoot(name string) bool {
	names := rootNames()
	return slices.Contains(names[:], name)
}

func isBuiltInScalar(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return false
}
