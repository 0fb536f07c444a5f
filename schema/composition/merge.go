package composition

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// merger is the state of the merge step: what the rules of several elements
// must know of each other.
type merger struct {
	*composer
	// sources are the definitions of each type, in the order of the subgraphs. What
	// is merged of a type comes in lists of the same length, one entry for each of
	// them; nil where a definition lacks it.
	sources map[string][]*typeDef
	// enums notes how each enum type is used, for the rule of enums.
	enums map[string]*enumUse
	// pending are the directives to be merged once all elements exist.
	pending []pendingDirectives
	// pendingAuth are further sources of authorization, for interfaces.
	pendingAuth map[*[]*application][][]*application
	// interfaceObjects are the types marked @interfaceObject, by their names and in
	// the order of the subgraphs.
	interfaceObjects map[string][]*typeDef
	// chosen are the directives of the users' own that are composed, in the order of
	// their specifications.
	chosen []*composedDirective
	// borrowed are the fields of object types that are external in all subgraphs
	// which have them, and resolved by interface objects.
	borrowed []*field
	// mismatched are types whose kinds disagree. What is wrong with the
	// definitions of the first kind is reported too.
	mismatched map[string]bool
	// specNames maps a specification's directive to its name in the supergraph.
	specNames map[string]string
}

// merge builds the supergraph from the subgraphs. The order matters: interfaces
// and unions first, because field types are compared with their help; enums
// last, because what becomes of their values depends on where they are used.
func (c *composer) merge(ctx context.Context, _ []federation.Subgraph) error {
	m := &merger{
		composer: c, sources: map[string][]*typeDef{}, enums: map[string]*enumUse{}, mismatched: map[string]bool{},
		specNames: map[string]string{}, pendingAuth: map[*[]*application][][]*application{}, interfaceObjects: map[string][]*typeDef{},
	}
	c.super = &mergedSchema{joinMinor: c.joinMinor(), composed: map[string]*composedDirective{}}
	if m.linkFeatures(); len(c.errs) > 0 {
		return nil // what a name stands for is open
	}
	m.linkConnect()
	if m.chooseComposed(); len(c.errs) > 0 {
		return nil
	}
	for _, s := range c.subgraphs {
		c.checkMergedOnExternal(s)
	}
	m.addTypes()
	m.checkInterfaceObjectPlaces()
	m.mergeSchemaElement()
	steps := []func(){
		m.mergeImplements,
		func() { m.eachType(ast.Union, m.mergeUnion) },
		func() { m.eachType(ast.Scalar, m.mergeScalar) },
		func() { m.eachType(ast.InputObject, m.mergeInputObject) },
		func() { m.eachType(ast.Interface, m.mergeInterface) },
		func() { m.eachType(ast.Object, m.mergeObject) },
		m.composeDirectives,
		m.mergeExecutableDirectives,
		func() { m.eachType(ast.Enum, m.mergeEnum) },
		m.mergePendingDirectives,
		m.addInterfaceObjectFields,
		m.checkQueries,
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		step()
	}
	c.super.indexImplementations()
	return nil
}

// joinMinor picks the version of the join specification.
//
// Rule: a supergraph uses join v0.3, v0.4 from federation 2.7 on, v0.5 from 2.8
// on, by the highest version that a subgraph links or needs.
func (c *composer) joinMinor() int {
	version := c.impliedVersion()
	for _, s := range c.subgraphs {
		if s.version.AtLeast(version.Major, version.Minor) {
			version = s.version
		}
	}
	switch {
	case version.AtLeast(2, 8):
		return 5
	case version.AtLeast(2, 7):
		return 4
	}
	return 3
}

// eachType calls a rule for every type of one kind with its definitions.
func (m *merger) eachType(kind ast.DefinitionKind, rule func(dest *typeDef, sources []*typeDef)) {
	for _, t := range append([]*typeDef(nil), m.super.types...) {
		if t.kind != kind {
			continue
		}
		sources := m.sources[t.name]
		if m.mismatched[t.name] {
			sources = sourcesOfKind(kind, sources)
		}
		if len(sources) > 0 { // else the specification's
			rule(t, sources)
		}
	}
}

// sourcesOfKind leaves out the definitions of another kind; an input object has
// an empty one instead, because nothing can be passed in there.
func sourcesOfKind(kind ast.DefinitionKind, sources []*typeDef) []*typeDef {
	out := make([]*typeDef, 0, len(sources))
	for _, t := range sources {
		switch {
		case t.kind == kind:
			out = append(out, t)
		case kind == ast.InputObject:
			out = append(out, &typeDef{in: t.in, at: t.at, name: t.name, kind: kind})
		}
	}
	return out
}

// addTypes creates the supergraph's types, still empty.
func (m *merger) addTypes() {
	for _, s := range m.subgraphs {
		for _, t := range s.types {
			if t.interfaceObject() {
				m.interfaceObjects[t.name] = append(m.interfaceObjects[t.name], t)
			}
			if m.super.typeNamed(t.name) == nil {
				m.super.addType(&typeDef{name: t.name, kind: t.mergedKind()})
			}
			m.sources[t.name] = append(m.sources[t.name], t)
		}
	}
	for _, t := range m.super.types {
		sources := m.sources[t.name]
		for _, source := range sources {
			t.sourcesAt = append(t.sourcesAt, source.at)
		}
		m.checkKinds(t, sources)
		m.checkBase(t, sources)
	}
}

// mergeSchemaElement merges what stands on `schema` itself.
func (m *merger) mergeSchemaElement() {
	var descriptions []described
	lists := make([][]*application, len(m.subgraphs))
	for i, s := range m.subgraphs {
		descriptions = append(descriptions, described{s.name, s.description})
		lists[i] = s.applied
	}
	m.super.description = m.mergeDescription("", "the schema definition", descriptions)
	m.joinConnectLinks(&m.super.applied)
	m.joinConnectors(&m.super.applied, lists)
	m.mergeDirectivesLater("", &m.super.applied, lists)
}

// mergeTypeHead merges what types of all kinds have: description, directives,
// join__type.
func (m *merger) mergeTypeHead(dest *typeDef, sources []*typeDef) {
	var descriptions []described
	lists := make([][]*application, len(sources))
	for i, t := range sources {
		descriptions = append(descriptions, described{t.in.name, t.description})
		lists[i] = t.applied
	}
	dest.description = m.mergeDescription(dest.name, `type "`+dest.name+`"`, descriptions)
	m.joinType(dest, sources)
	m.joinContexts(dest, sources)
	m.joinCacheTags(&dest.applied, lists)
	m.joinConnectors(&dest.applied, lists)
	m.mergeDirectivesLater(dest.name, &dest.applied, lists)
}
