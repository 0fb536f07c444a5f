package composition

import (
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
)

// buildDirectives collects a subgraph's directive definitions: the user's own,
// and those of the specifications it links, whether it repeats them or not.
//
// Rule: a subgraph that defines a specification's directive itself may leave out
// optional arguments, allow fewer locations, and make it not repeatable, but
// must not differ otherwise.
// Codes: DIRECTIVE_DEFINITION_INVALID.
func (c *composer) buildDirectives(s *subgraph) {
	specs := c.specDefinitions(s)
	for _, def := range s.doc.AST.Directives {
		d := &directiveDef{
			in: s, at: locate(s.name, def.Position), name: def.Name, description: def.Description,
			locations: def.Locations, repeatable: def.IsRepeatable,
		}
		d.args = s.arguments(def.Arguments, "@"+def.Name)
		if s.specDirectives[def.Name] == "link" {
			c.checkLinkDefinition(s, d)
			continue
		}
		if other := s.directive(def.Name); other != nil {
			c.fail(CodeInvalidGraphQL, []Location{other.at, d.at}, "there can be only one directive named %q", "@"+def.Name)
			continue
		}
		if spec := specs[def.Name]; spec != nil {
			if isSpecDirective(s.specDirectives[def.Name]) && c.checkRedefinedTypes(s, d) && !s.toleratesDefinition(d) {
				c.checkRedefinition(d, spec)
				spec.narrow(d)
			}
			spec.at = d.at
			s.directives = append(s.directives, spec)
			delete(specs, def.Name)
			continue
		}
		s.directives = append(s.directives, d)
	}
	rest := make([]string, 0, len(specs))
	order := map[string]int{}
	for name := range specs {
		rest = append(rest, name)
		order[name] = specOrder(s.specDirectives[name])
	}
	slices.SortFunc(rest, func(a, b string) int { return order[a] - order[b] })
	for _, name := range rest {
		if s.specDirectives[name] == "link" && s.doc.AST.Directives.ForName(name) == nil && len(s.doc.Links) > 0 {
			c.checkLinkArguments(s, specs[name])
		}
		s.directives = append(s.directives, specs[name])
	}
}

// newest is the version whose tables list everything that is known.
func newest() federation.Version { return federation.Version{Major: 2, Minor: 14} }

// isSpecDirective reports whether a specification defines the directive, which is
// none of GraphQL's own.
func isSpecDirective(spec string) bool {
	return specOrder(spec) >= 0 || slices.Contains(featureDirectives(federation.ConnectIdentity), spec)
}

// specOrder is the directive's place in the federation specification.
func specOrder(name string) int {
	return slices.IndexFunc(federation.Directives(newest()), func(d federation.DirectiveSpec) bool { return d.Name == name })
}

// specDefinitions parses the definitions of the specifications' directives, by
// the names that the subgraph gives them.
func (c *composer) specDefinitions(s *subgraph) map[string]*directiveDef {
	out := map[string]*directiveDef{}
	builtIns := map[string]string{
		"deprecated":  "(reason: String = \"No longer supported\") on FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION",
		"specifiedBy": "(url: String!) on SCALAR",
		"skip":        "(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
		"include":     "(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
		"defer":       "(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT",
		"stream":      "(label: String, initialCount: Int = 0, if: Boolean! = true) on FIELD",
		"link":        "(url: String!, as: String, for: <Purpose>, import: [<Import>]) repeatable on SCHEMA",
	}
	known, connect := federation.Directives(s.version), federation.ConnectDirectives()
	for name, spec := range s.specDirectives {
		text, ok := builtIns[spec]
		if !ok {
			version, specs := s.version, known
			if !slices.ContainsFunc(known, func(d federation.DirectiveSpec) bool { return d.Name == spec }) {
				version, specs = newest(), federation.Directives(newest()) // linked by its own specification
			}
			for _, specs := range [][]federation.DirectiveSpec{specs, connect} {
				for _, d := range specs {
					if d.Name == spec {
						text = d.Definition(version)
					}
				}
			}
		}
		out[name] = s.specDirective(name, c.definitions.parse(text))
	}
	return out
}

// definitions are the rows of the specification's tables that were parsed, by
// their text. It is safe for concurrent use; what it returns must only be read.
type definitions struct {
	mu     sync.Mutex
	byText map[string]*ast.DirectiveDefinition
}

func (d *definitions) parse(text string) *ast.DirectiveDefinition {
	d.mu.Lock()
	defer d.mu.Unlock()
	def := d.byText[text]
	if def == nil {
		def = parseDefinition(text)
		d.byText[text] = def
	}
	return def
}

// parseDirective reads one row of the specification's tables.
func parseDirective(s *subgraph, name, text string) *directiveDef {
	if s == nil {
		s = &subgraph{} // of the supergraph: no renamed types, no places
	}
	return s.specDirective(name, parseDefinition(text))
}

func parseDefinition(text string) *ast.DirectiveDefinition {
	// The names of the specification's types do not matter for checking values:
	// all of them are scalars.
	text = strings.ReplaceAll(strings.ReplaceAll(text, "<", "spec__"), ">", "")
	doc, err := parser.ParseSchema(&ast.Source{Name: "specification", Input: "directive @specified " + text})
	if err != nil || len(doc.Directives) != 1 {
		panic("composition: a definition in the tables of package federation does not parse: " + text)
	}
	return doc.Directives[0]
}

// specDirective is a specification's directive under the name that the subgraph
// gives it.
func (s *subgraph) specDirective(name string, def *ast.DirectiveDefinition) *directiveDef {
	d := &directiveDef{in: s, name: name, locations: def.Locations, repeatable: def.IsRepeatable}
	d.args = s.arguments(def.Arguments, "@"+name)
	return d
}

// narrow lets a subgraph's own definition decide how the directive can be used.
func (d *directiveDef) narrow(own *directiveDef) {
	d.repeatable, d.locations = own.repeatable, own.locations
	d.args = slices.DeleteFunc(d.args, func(a *field) bool { return own.arg(a.name) == nil })
	for _, a := range d.args {
		if mine := own.arg(a.name); isBuiltInScalar(mine.typ.Name()) {
			a.typ, a.def = mine.typ, mine.def
		}
	}
}

func (c *composer) checkRedefinition(got, want *directiveDef) {
	invalid := func(format string, args ...any) {
		c.fail(CodeDirectiveDefinitionInvalid, []Location{got.at}, "invalid definition of @"+got.name+": "+format, args...)
	}
	for _, arg := range want.args {
		mine := got.arg(arg.name)
		switch {
		case mine == nil && arg.required():
			invalid("the required argument %q is missing", arg.name)
		case mine != nil && !got.in.sameSpecType(mine.typ, arg.typ):
			invalid("the argument %q must be of type %s, not %s", arg.name, got.in.specTypeName(arg.typ), mine.typ)
		case mine == nil || mine.typ.NonNull || equalValues(mine.def, arg.def):
		case mine.def == nil:
			invalid("the argument %q must have the default %s", arg.name, printValue(arg.def))
		default:
			invalid("the argument %q must not have the default %s", arg.name, printValue(mine.def))
		}
	}
	for _, arg := range got.args {
		if want.arg(arg.name) == nil {
			invalid("the specification knows no argument %q", arg.name)
		}
	}
	if got.repeatable && !want.repeatable {
		invalid("it must not be repeatable")
	}
	for _, l := range got.locations {
		if !slices.Contains(want.locations, l) {
			invalid("it may stand on %s, not on %s", joinLocations(want.locations), l)
		}
	}
}

func (d *directiveDef) arg(name string) *field { return fieldNamed(d.args, name) }

// checkRedefinedTypes looks for the types of a repeated definition, which must
// be repeated too.
func (c *composer) checkRedefinedTypes(s *subgraph, d *directiveDef) bool {
	for _, a := range d.args {
		name := a.typ.Name()
		if !isBuiltInScalar(name) && s.doc.AST.Definitions.ForName(name) == nil && s.doc.AST.Extensions.ForName(name) == nil {
			c.fail(CodeInvalidGraphQL, []Location{a.at}, "the argument %q has the unknown type %q: whoever defines @%s must define it too", a.coordinate, name, d.name)
			return false
		}
	}
	return true
}

// sameSpecType compares the type of a repeated argument with the
// specification's. An optional argument may be required; a specification's
// scalar may go by its name in the subgraph or be a built-in one.
func (s *subgraph) sameSpecType(got, want *ast.Type) bool {
	if want.NonNull && !got.NonNull {
		return false
	}
	if _, scalar := cutSpec(want.NamedType); scalar && got.Elem != nil {
		return true // a scalar admits lists
	}
	if (got.Elem == nil) != (want.Elem == nil) {
		return false
	}
	if want.Elem != nil {
		return s.sameSpecType(got.Elem, want.Elem)
	}
	if name, ok := cutSpec(want.NamedType); ok {
		if s.federation1 {
			return got.NamedType == "_FieldSet" || isBuiltInScalar(got.NamedType)
		}
		for _, l := range s.doc.Links {
			if l.TypeName(name) == got.NamedType {
				return true
			}
		}
		return isBuiltInScalar(got.NamedType)
	}
	return got.NamedType == want.NamedType
}

// cutSpec returns the name of a specification's type as in its tables.
func cutSpec(name string) (string, bool) { return strings.CutPrefix(name, specPrefix) }

// specPrefix is what a specification's types are called by in its tables.
const specPrefix = "spec__"

func (s *subgraph) specTypeName(t *ast.Type) string {
	if s.federation1 {
		return strings.ReplaceAll(t.String(), "spec__", "_")
	}
	return specTypeName(t)
}

func specTypeName(t *ast.Type) string { return strings.ReplaceAll(t.String(), "spec__", "") }

func joinLocations(list []ast.DirectiveLocation) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = string(l)
	}
	return strings.Join(names, ", ")
}
