package composition

import (
	"slices"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// composedUse is one @composeDirective that is in order.
type composedUse struct {
	s        *subgraph
	link     federation.Link
	original string // the directive's name in its own specification
	name     string // what the subgraph calls it
	at       Location
}

// composedFeature is what the subgraphs ask for of one specification.
type composedFeature struct {
	identity string
	uses     []composedUse
}

// chooseComposed finds the directives of the users' own that go into the supergraph.
//
// Rule: @composeDirective(name: "@x") on the schema keeps the directive "@x" in
// the supergraph: it must be one that the subgraph defines and links by the
// specification of its own, and not federation's. Subgraphs that compose
// directives of one specification link the same major version of it. A
// definition is that of the last subgraph that links the newest of these versions
// and defines the directive; one must.
// Codes: DIRECTIVE_COMPOSITION_ERROR.
// Hints: DIRECTIVE_COMPOSITION_INFO.
func (m *merger) chooseComposed() {
	var features []*composedFeature
	for _, s := range m.subgraphs {
		for _, a := range find(s.applied, "composeDirective") {
			use, ok := m.composedUse(s, a)
			if !ok {
				continue
			}
			i := slices.IndexFunc(features, func(f *composedFeature) bool { return f.identity == use.link.Identity })
			if i < 0 {
				i = len(features)
				features = append(features, &composedFeature{identity: use.link.Identity})
			}
			features[i].uses = append(features[i].uses, use)
		}
	}
	m.checkComposedOnce(features)
	for _, f := range features {
		m.composeFeature(f)
	}
}

// composedUse checks one @composeDirective by itself.
func (m *merger) composedUse(s *subgraph, a *application) (use composedUse, ok bool) {
	refuse := func(format string, args ...any) (composedUse, bool) {
		m.fail(CodeDirectiveComposition, []Location{a.at}, format, args...)
		return composedUse{}, false
	}
	text, _ := stringOf(a.arg("name"))
	name, isDirective := strings.CutPrefix(text, "@")
	switch {
	case text == "":
		return refuse("@composeDirective in subgraph %q names no directive: give it one, as in @composeDirective(name: \"@mine\")", s.name)
	case !isDirective:
		return refuse("the name %q in @composeDirective of subgraph %q must start with \"@\"", text, s.name)
	case s.directive(name) == nil:
		var known []string
		for _, d := range s.directives {
			if s.specDirectives[d.name] == "" {
				known = append(known, "@"+d.name)
			}
		}
		return refuse("subgraph %q composes the directive %q, but does not define it%s", s.name, text, closest(text, known))
	}
	known := func() (composedUse, bool) {
		return refuse("subgraph %q composes %q, which is a directive of a specification that composition knows: it cannot be composed by @composeDirective", s.name, text)
	}
	if spec := s.specDirectives[name]; spec != "" && !isGraphQLDirective(spec) {
		if l, _ := s.doc.Federation(); composedAnyway(spec) && l.DirectiveName(spec) == name {
			m.hint(HintDirectiveCompositionInfo, Info, text, "the directive %q needs no @composeDirective: federation composes it by itself", text)
			return composedUse{}, false
		}
		return known()
	}
	for _, l := range s.doc.Links {
		if original, linked := originalName(l, name); linked {
			if slices.Contains(featureDirectives(l.Identity), original) {
				return known() // though not in this version
			}
			return composedUse{s: s, link: l, original: original, name: name, at: a.at}, true
		}
	}
	return refuse("subgraph %q composes %q, which belongs to no linked specification: add @link(url: \"https://example.com/spec/v1.0\", import: [%q])", s.name, text, text)
}

// composedAnyway lists the directives for which @composeDirective is idle.
func composedAnyway(spec string) bool {
	switch feature := featureOf(spec); feature {
	case "":
		return false
	case federation.ContextIdentity:
		return spec == "context"
	case federation.CostIdentity, federation.CacheTagIdentity:
		return false
	}
	return true
}

func isGraphQLDirective(spec string) bool {
	return slices.Contains([]string{"deprecated", "specifiedBy", "skip", "include", "defer", "stream"}, spec)
}

// originalName is the directive's name in a linked specification; linked is
// false if the directive is none of its.
func originalName(l federation.Link, name string) (original string, linked bool) {
	for _, i := range l.Imports {
		if i.As == "@"+name {
			return strings.TrimPrefix(i.Name, "@"), true
		}
	}
	if name == l.As {
		return l.Name, true
	}
	return strings.CutPrefix(name, l.As+"__")
}

// checkComposedOnce refuses directives of different specifications that have one
// name.
func (m *merger) checkComposedOnce(features []*composedFeature) {
	byName := map[string]composedUse{}
	reported := map[string]bool{}
	for _, f := range features {
		for _, use := range f.uses {
			other, ok := byName[use.name]
			if !ok {
				byName[use.name] = use
			} else if other.link.Identity != f.identity && !reported[use.name] {
				reported[use.name] = true
				m.fail(CodeDirectiveComposition, []Location{other.at, use.at},
					"the composed directive \"@%s\" is of %s in subgraph %q, but of %s in subgraph %q: rename one with @link(import: [{name:, as:}])",
					use.name, other.link.Identity, other.s.name, f.identity, use.s.name)
			}
		}
	}
}

// composeFeature merges what subgraphs ask for of one specification.
func (m *merger) composeFeature(f *composedFeature) {
	newest := f.uses[0]
	for _, use := range f.uses[1:] {
		if use.link.Version.Major != newest.link.Version.Major {
			m.fail(CodeDirectiveComposition, []Location{newest.at, use.at},
				"subgraph %q composes directives of %s, but subgraph %q of %s: link the same major version in both", newest.s.name, newest.link.URL, use.s.name, use.link.URL)
			return
		}
		if use.link.Version.Minor > newest.link.Version.Minor {
			newest = use
		}
	}
	if !m.checkComposedNames(f) {
		return
	}
	m.hintOtherVersions(f, newest)
	link := supergraphLink{url: newest.link.URL}
	for _, use := range f.uses {
		if m.super.composed[use.name] != nil {
			m.super.composed[use.name].by[use.s] = true
			continue
		}
		def := m.newestDefinition(newest.link, use.name)
		if def == nil {
			m.fail(CodeDirectiveComposition, []Location{use.at, newest.at},
				"subgraph %q composes \"@%s\", but no subgraph that links the newest version of its specification (%s) defines it", use.s.name, use.name, newest.link.URL)
			continue
		}
		chosen := &composedDirective{source: def, by: map[*subgraph]bool{use.s: true}}
		m.super.composed[use.name] = chosen
		m.chosen = append(m.chosen, chosen)
		link.imports = append(link.imports, federation.Import{Name: "@" + use.original, As: "@" + use.name})
	}
	m.super.links = append(m.super.links, link)
}

// newestDefinition returns the definition of a directive in the last of the
// subgraphs that link the given version, or nil.
func (m *merger) newestDefinition(newest federation.Link, name string) (def *directiveDef) {
	for _, s := range m.subgraphs {
		links := slices.ContainsFunc(s.doc.Links, func(l federation.Link) bool { return l.Identity == newest.Identity && l.Version == newest.Version })
		if own := s.directive(name); links && own != nil && s.specDirectives[name] == "" {
			def = own
		}
	}
	return def
}

// hintOtherVersions remarks on subgraphs that link another major version without
// composing from it.
func (m *merger) hintOtherVersions(f *composedFeature, newest composedUse) {
	for _, s := range m.subgraphs {
		for _, l := range s.doc.Links {
			if l.Identity == f.identity && l.Version.Major != newest.link.Version.Major {
				m.hint(HintDirectiveCompositionInfo, Info, "",
					"subgraph %q links %s, while directives of %s are composed; those of the former do not reach the supergraph", s.name, l.URL, newest.link.URL)
				return
			}
		}
	}
}

// composedDirective is a directive of the users' own in the supergraph.
type composedDirective struct {
	source     *directiveDef      // the subgraph's definition that is taken
	definition *directiveDef      // the supergraph's; nil until types are merged
	by         map[*subgraph]bool // those that compose it
}

// composeDirectives defines the chosen directives in the supergraph.
func (m *merger) composeDirectives() {
	for _, c := range m.chosen {
		c.definition = m.composedDefinition(c.source)
	}
}

// composedDefinition copies a definition into the supergraph.
func (m *merger) composedDefinition(def *directiveDef) *directiveDef {
	dest := &directiveDef{name: def.name, description: def.description, locations: def.locations, repeatable: def.repeatable}
	dest.args = m.mergeArguments("@"+def.name, [][]*field{def.args}, []*field{{in: def.in, at: def.at}})
	m.super.directives = append(m.super.directives, dest)
	return dest
}
