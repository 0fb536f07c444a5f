package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
)

// readConnectLink makes the elements of the connect specification known to a
// subgraph that links it; it returns what can be imported.
func (s *subgraph) readConnectLink(l federation.Link) (importable []string) {
	text := strings.NewReplacer("<", specPrefix, ">", "").Replace(federation.ConnectTypes())
	doc, err := parser.ParseSchema(&ast.Source{Name: "specification", Input: text})
	if err != nil {
		panic("composition: the definitions of the connect specification do not parse: " + err.Error())
	}
	s.specInputs = map[string]*typeDef{}
	for _, def := range doc.Definitions {
		name, _ := cutSpec(def.Name)
		importable = append(importable, name)
		s.specTypes[l.TypeName(name)] = true
		if def.Kind == ast.InputObject {
			t := &typeDef{name: def.Name, kind: def.Kind}
			(&subgraph{}).fold(t, def, 0)
			s.specInputs[def.Name], s.specInputs[l.TypeName(name)] = t, t
		}
	}
	return importable
}

// linkConnect links the connect specification in the supergraph.
//
// Rule: a supergraph with connectors links the connect specification for
// EXECUTION: v0.3 at least, or the version that the first subgraph with
// connectors links.
func (m *merger) linkConnect() {
	for _, s := range m.subgraphs {
		for _, l := range s.doc.Links {
			if _, known := federation.ConnectSince(l.Version); known && l.Identity == federation.ConnectIdentity {
				version := federation.Version{Minor: max(3, l.Version.Minor)}
				m.super.links = append(m.super.links, supergraphLink{url: l.Identity + "/" + version.String(), purpose: "EXECUTION"})
				return
			}
		}
	}
}

// joinConnectors writes the connectors of a type or field, or the sources of a
// schema.
//
// Rule: @connect and @source reach the supergraph as @join__directive, under the
// names that their subgraph gives them, one for each set of arguments with the
// subgraphs that have it. An @external or overridden declaration counts as well.
func (m *merger) joinConnectors(dest *[]*application, sources [][]*application) {
	m.joinDirectives(dest, sources, func(a *application) string {
		if a.spec == "connect" || a.spec == "source" {
			return a.name
		}
		return ""
	})
}

// joinConnectLinks writes the links of the subgraphs to the connect
// specification, which tell the names of its directives.
func (m *merger) joinConnectLinks(dest *[]*application) {
	if m.super.joinMinor < 4 {
		return // there is no join__directive; no version that is known here is linked
	}
	lists := make([][]*application, len(m.subgraphs))
	for i, s := range m.subgraphs {
		for _, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
			for _, a := range s.applications(def.Directives, 0) {
				if a.spec == "link" && s.linksConnect(a) {
					lists[i] = append(lists[i], a)
				}
			}
		}
	}
	m.joinDirectives(dest, lists, func(a *application) string { return a.name })
}

// linksConnect reports whether an application of @link is the subgraph's link to
// the connect specification; it prepares the purpose for being an argument of
// join__directive, where it is a string.
func (s *subgraph) linksConnect(a *application) bool {
	url, _ := stringOf(a.arg("url"))
	found := slices.ContainsFunc(s.doc.Links, func(l federation.Link) bool {
		return l.Identity == federation.ConnectIdentity && l.URL == url
	})
	for i, arg := range a.args {
		if found && arg.name == "for" && arg.value.Kind == ast.EnumValue {
			a.args[i].value = stringValue(arg.value.Raw)
		}
	}
	return found
}
