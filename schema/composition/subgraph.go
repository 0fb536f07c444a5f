package composition

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// subgraph is a parsed subgraph: its types with their extensions folded in (but
// each part remembered), and its directives under their specification's names.
type subgraph struct {
	schema
	name       string
	url        string
	graph      string     // its join__Graph value
	graphValue *ast.Value // the same
	doc        *federation.Document

	version     federation.Version
	federation1 bool // does not link federation 2; version is then the one that it is read or upgraded as
	// specDirectives maps what the schema calls a directive to what the
	// specification calls it: "label" to "tag".
	specDirectives map[string]string
	// specTypes are the specification's types, under the schema's names.
	specTypes map[string]bool
	// renamed maps the root types' names to those in the supergraph.
	renamed map[string]string
}

// read parses the subgraphs and builds their schemas. If some can not be read, the
// others are validated at once, so that all that is wrong in any is told.
func (c *composer) read(ctx context.Context, input []federation.Subgraph) error {
	ordered := slices.Clone(input)
	sort.SliceStable(ordered, func(i, j int) bool { return ordered[i].Name < ordered[j].Name })
	c.checkNames(ordered)
	read, sound := make([]*subgraph, len(ordered)), make([]bool, len(ordered))
	err := c.each(ctx, len(ordered), func(one *composer, i int) {
		read[i] = one.readSubgraph(ordered[i])
		sound[i] = len(one.errs) == 0
	})
	if err != nil {
		return err
	}
	for i, s := range read {
		if sound[i] {
			c.subgraphs = append(c.subgraphs, s)
		}
	}
	nameGraphs(c.subgraphs)
	if len(c.errs) > 0 {
		return c.validate(ctx, nil)
	}
	return nil
}

func (c *composer) readSubgraph(in federation.Subgraph) *subgraph {
	doc, err := federation.Parse(in)
	if err != nil {
		c.failReading(in.Name, err)
		return nil
	}
	s := &subgraph{name: in.Name, url: in.URL, doc: doc, specDirectives: map[string]string{}, specTypes: map[string]bool{}, renamed: map[string]string{}}
	before := len(c.errs)
	s.readFederation1()
	c.readLinks(s)
	if len(c.errs) > before {
		return nil
	}
	c.refuseUnsupported(s)
	c.renameRoots(s)
	c.buildDirectives(s)
	c.buildTypes(s)
	s.buildSchemaElement()
	s.indexImplementations()
	return s
}

// failReading copies the errors of package federation.
func (c *composer) failReading(subgraph string, err error) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, one := range joined.Unwrap() {
			c.failReading(subgraph, one)
		}
		return
	}
	var fedErr *federation.Error
	if errors.As(err, &fedErr) {
		c.fail(Code(fedErr.Code), []Location{locate(subgraph, fedErr.Position)}, "%s", fedErr.Message)
		return
	}
	c.fail(CodeInvalidGraphQL, []Location{{Subgraph: subgraph}}, "%s", err)
}

// renameRoots notes that `schema { query: Q }` makes Q the supergraph's Query.
//
// Rule: a subgraph's root types are called Query, Mutation and Subscription in
// the supergraph, so no other type of a subgraph may have these names.
// Codes: ROOT_QUERY_USED, ROOT_MUTATION_USED, ROOT_SUBSCRIPTION_USED.
func (c *composer) renameRoots(s *subgraph) {
	written := func(name string) *ast.Definition {
		if d := s.doc.AST.Definitions.ForName(name); d != nil {
			return d
		}
		return s.doc.AST.Extensions.ForName(name)
	}
	for _, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		for _, op := range def.OperationTypes {
			name, code := "Query", CodeRootQueryUsed
			switch op.Operation {
			case ast.Mutation:
				name, code = "Mutation", CodeRootMutationUsed
			case ast.Subscription:
				name, code = "Subscription", CodeRootSubscriptionUsed
			}
			root := written(op.Type)
			if op.Type == name || root == nil || root.Kind != ast.Object {
				continue // not renamed, or no root type, which checkRoots reports
			}
			if other := written(name); other != nil {
				c.fail(code, []Location{locate(s.name, other.Position)},
					"the schema's %s root is %q, so no other type may be called %q: rename the type %q", op.Operation, op.Type, name, name)
				continue
			}
			s.renamed[op.Type] = name
		}
	}
}

func (s *subgraph) typeName(name string) string {
	if to, ok := s.renamed[name]; ok {
		return to
	}
	return name
}

func (s *subgraph) typeRef(t *ast.Type) *ast.Type {
	if t == nil || len(s.renamed) == 0 {
		return t
	}
	if t.Elem != nil {
		return &ast.Type{Elem: s.typeRef(t.Elem), NonNull: t.NonNull, Position: t.Position}
	}
	return &ast.Type{NamedType: s.typeName(t.NamedType), NonNull: t.NonNull, Position: t.Position}
}

// buildTypes folds definitions and extensions into one typeDef per name.
func (c *composer) buildTypes(s *subgraph) {
	parts := map[string]int{}
	for _, def := range s.doc.AST.Definitions {
		name := s.typeName(def.Name)
		if c.isSpecType(s, def) {
			continue
		}
		if isBuiltInScalar(name) {
			if def.Kind != ast.Scalar {
				c.fail(CodeInvalidGraphQL, []Location{locate(s.name, def.Position)}, "%q is a built-in scalar and cannot be defined as something else", name)
			}
			continue
		}
		if other := s.typeNamed(name); other != nil {
			c.fail(CodeInvalidGraphQL, []Location{other.at, locate(s.name, def.Position)}, "there can be only one type named %q", name)
			continue
		}
		t := &typeDef{in: s, at: locate(s.name, def.Position), name: name, kind: def.Kind, description: def.Description, defined: true}
		s.addType(t)
		s.fold(t, def, 0)
	}
	for _, ext := range s.doc.AST.Extensions {
		name := s.typeName(ext.Name)
		if c.isSpecType(s, ext) {
			continue
		}
		if isBuiltInScalar(name) {
			c.fail(CodeInvalidGraphQL, []Location{locate(s.name, ext.Position)}, "%q is a built-in scalar and cannot be extended", name)
			continue
		}
		t := s.typeNamed(name)
		if t == nil {
			t = &typeDef{in: s, at: locate(s.name, ext.Position), name: name, kind: ext.Kind}
			s.addType(t)
		}
		if t.kind != ext.Kind {
			other := typeDef{kind: ext.Kind}
			c.fail(CodeInvalidGraphQL, []Location{t.at, locate(s.name, ext.Position)},
				"cannot extend the %s type %q as %s type", t.kindName(), name, other.kindName())
			continue
		}
		t.extended = true
		parts[name]++
		s.fold(t, ext, parts[name])
	}
}

// fold adds one definition or extension to its type.
func (s *subgraph) fold(t *typeDef, def *ast.Definition, part int) {
	t.applied = append(t.applied, s.applications(def.Directives, part)...)
	for _, name := range def.Interfaces {
		t.interfaces = append(t.interfaces, s.typeName(name))
	}
	for _, name := range def.Types {
		t.members = append(t.members, s.typeName(name))
	}
	for _, v := range def.EnumValues {
		t.values = append(t.values, &enumValue{
			in: s, at: locate(s.name, v.Position), coordinate: t.name + "." + v.Name, name: v.Name,
			description: v.Description, applied: s.applications(v.Directives, 0),
		})
	}
	fields := make([]field, len(def.Fields))
	for i, f := range def.Fields {
		if t.name == "Query" && (f.Name == "_entities" || f.Name == "_service") {
			continue
		}
		out := &fields[i]
		*out = field{
			in: s, at: locate(s.name, f.Position), coordinate: t.name + "." + f.Name, name: f.Name, description: f.Description,
			typ: s.typeRef(f.Type), def: f.DefaultValue, applied: s.applications(f.Directives, part), parent: t, part: part,
		}
		out.args = s.arguments(f.Arguments, out.coordinate)
		t.addField(out)
	}
}

func (s *subgraph) arguments(list ast.ArgumentDefinitionList, coordinate string) []*field {
	if len(list) == 0 {
		return nil
	}
	out, fields := make([]*field, len(list)), make([]field, len(list))
	for i, a := range list {
		fields[i] = field{
			in: s, at: locate(s.name, a.Position), coordinate: coordinate + "(" + a.Name + ":)", name: a.Name,
			description: a.Description, typ: s.typeRef(a.Type), def: a.DefaultValue, applied: s.applications(a.Directives, 0),
		}
		out[i] = &fields[i]
	}
	return out
}

func (s *subgraph) applications(list ast.DirectiveList, part int) []*application {
	if len(list) == 0 {
		return nil
	}
	out, applied := make([]*application, len(list)), make([]application, len(list))
	for i, d := range list {
		args := make([]argument, len(d.Arguments))
		for k, arg := range d.Arguments {
			args[k] = argument{name: arg.Name, value: arg.Value, at: locate(s.name, arg.Position)}
		}
		applied[i] = application{in: s, at: locate(s.name, d.Position), name: d.Name, spec: s.specDirectives[d.Name], args: args, part: part}
		out[i] = &applied[i]
	}
	return out
}

// buildSchemaElement reads what stands on `schema` itself, except @link.
func (s *subgraph) buildSchemaElement() {
	s.at = Location{Subgraph: s.name}
	for i, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		if i == 0 {
			s.at = locate(s.name, def.Position)
		}
		if s.description == "" {
			s.description = def.Description
		}
		for _, a := range s.applications(def.Directives, i) {
			if a.spec != "link" {
				s.applied = append(s.applied, a)
			}
		}
	}
}

// checkNames refuses names that cannot tell subgraphs apart.
//
// Rule: each subgraph has a name of its own, which is neither empty nor "_".
// Codes: INVALID_SUBGRAPH_NAME.
func (c *composer) checkNames(ordered []federation.Subgraph) {
	for i, s := range ordered {
		switch {
		case strings.TrimSpace(s.Name) == "":
			c.fail(CodeInvalidSubgraphName, nil, "a subgraph has an empty name")
		case s.Name == "_":
			c.fail(CodeInvalidSubgraphName, []Location{{Subgraph: s.Name}}, "the subgraph name %q is reserved: choose another one", s.Name)
		case i > 0 && ordered[i-1].Name == s.Name:
			c.fail(CodeInvalidSubgraphName, []Location{{Subgraph: s.Name}}, "two subgraphs are called %q: each needs a name of its own", s.Name)
		}
	}
}
