package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// supergraphLink is a @link of the supergraph.
type supergraphLink struct {
	url     string
	purpose string
	imports []federation.Import
}

// feature is a specification that the supergraph links if a subgraph uses it.
type feature struct {
	name     string // the last segment of its identity
	identity string
	version  string
	purpose  string
}

func features() []feature {
	return []feature{
		{"tag", federation.TagIdentity, "v0.3", ""},
		{"inaccessible", federation.InaccessibleIdentity, "v0.2", "SECURITY"},
		{"authenticated", federation.AuthenticatedIdentity, "v0.1", "SECURITY"},
		{"requiresScopes", federation.RequiresScopesIdentity, "v0.1", "SECURITY"},
		{"policy", federation.PolicyIdentity, "v0.1", "SECURITY"},
		{"context", federation.ContextIdentity, "v0.1", "SECURITY"},
		{"cost", federation.CostIdentity, "v0.1", ""},
		{"cacheTag", federation.CacheTagIdentity, "v0.1", "EXECUTION"},
	}
}

// linkFeatures links the specifications whose directives reach the supergraph.
//
// Rule: a directive of federation that a subgraph applies, and that the
// supergraph keeps (@tag, @inaccessible, …), links its own specification there.
// All subgraphs that apply it call it the same.
// Codes: LINK_IMPORT_NAME_MISMATCH.
func (m *merger) linkFeatures() {
	byIdentity := map[string]int{}
	for _, s := range m.subgraphs {
		applied := map[string]bool{}
		for _, d := range s.allDirectives() {
			applied[d.Name] = true
		}
		for _, def := range s.directives {
			// @fromContext becomes an argument of join__field.
			if spec := s.specDirectives[def.name]; applied[def.name] && featureOf(spec) != "" && spec != "fromContext" {
				m.nameFeature(s, spec, def.name)
				m.addLink(featureOf(spec), byIdentity)
			}
		}
	}
	for identity, i := range byIdentity {
		if identity == federation.CacheTagIdentity {
			continue // its applications become join__directive
		}
		m.super.links[i].imports = m.defineFeature(identity)
	}
}

func featureOf(spec string) string {
	for _, d := range federation.Directives(newest()) {
		if d.Name == spec {
			return d.Feature
		}
	}
	return ""
}

func (m *merger) addLink(identity string, byIdentity map[string]int) {
	if _, ok := byIdentity[identity]; ok {
		return
	}
	for _, f := range features() {
		if f.identity == identity {
			byIdentity[identity] = len(m.super.links)
			m.super.links = append(m.super.links, supergraphLink{url: f.identity + "/" + f.version, purpose: f.purpose})
		}
	}
}

func (m *merger) nameFeature(s *subgraph, spec, name string) {
	known, ok := m.specNames[spec]
	if !ok {
		m.specNames[spec] = name
		return
	}
	if known == name {
		return
	}
	groups := newGroups()
	var at []Location
	for _, other := range m.subgraphs {
		for _, d := range other.allDirectives() {
			if other.specDirectives[d.Name] == spec {
				groups.add(`"@`+d.Name+`"`, other.name)
				at = append(at, locate(other.name, d.Position))
				break
			}
		}
	}
	m.fail(CodeLinkImportNameMismatch, at,
		"the directive @%s is %s: import it under one name in all subgraphs", spec, groups.describe())
}

// defineFeature adds the directives and types of a linked specification to the
// supergraph, and returns what the link imports.
func (m *merger) defineFeature(identity string) (imports []federation.Import) {
	var specName string
	for _, f := range features() {
		if f.identity == identity {
			specName = f.name
		}
	}
	for _, d := range federation.Directives(newest()) {
		if d.Feature != identity {
			continue
		}
		standard := d.Name // the name without an import
		if d.Name != specName {
			standard = specName + "__" + d.Name
		}
		name, used := m.specNames[d.Name]
		switch {
		case !used:
			name = standard
		case name != standard:
			imports = append(imports, federation.Import{Name: "@" + d.Name, As: "@" + name})
		}
		def := parseDirective(nil, name, d.Definition(newest()))
		m.qualifyTypes(def.args, specName)
		m.super.directives = append(m.super.directives, def)
	}
	return imports
}

// qualifyTypes names the specification's scalars as the supergraph does, as in
// "requiresScopes__Scope", and defines them.
func (m *merger) qualifyTypes(args []*field, specName string) {
	for _, a := range args {
		inner := a.typ
		for inner.Elem != nil {
			inner = inner.Elem
		}
		name, ok := cutSpec(inner.NamedType)
		if !ok {
			continue
		}
		inner.NamedType = specName + "__" + name
		if !slices.ContainsFunc(m.super.types, func(t *typeDef) bool { return t.name == inner.NamedType }) {
			m.super.addType(&typeDef{name: inner.NamedType, kind: ast.Scalar})
		}
	}
}

// allDirectives lists every directive application of the document, in order of
// the kinds of elements.
func (s *subgraph) allDirectives() (out ast.DirectiveList) {
	for _, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		out = append(out, def.Directives...)
	}
	for _, def := range slices.Concat(s.doc.AST.Definitions, s.doc.AST.Extensions) {
		out = append(out, def.Directives...)
		for _, v := range def.EnumValues {
			out = append(out, v.Directives...)
		}
		for _, f := range def.Fields {
			out = append(out, f.Directives...)
			for _, a := range f.Arguments {
				out = append(out, a.Directives...)
			}
		}
	}
	for _, def := range s.doc.AST.Directives {
		for _, a := range def.Arguments {
			out = append(out, a.Directives...)
		}
	}
	return out
}
