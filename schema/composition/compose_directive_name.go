package composition

import "strings"

// checkComposedNames compares what subgraphs call the directives of one
// specification.
//
// Rule: subgraphs that compose a directive import it under one name, and mean one
// directive by it. One that does not compose it may call it something else, but
// could not compose it then.
// Codes: LINK_IMPORT_NAME_MISMATCH, DIRECTIVE_COMPOSITION_ERROR.
// Hints: DIRECTIVE_COMPOSITION_WARN.
func (m *merger) checkComposedNames(f *composedFeature) bool {
	names := map[string]string{}
	if !m.checkComposedMeanings(f) {
		return false
	}
	for i, use := range f.uses {
		known, ok := names[use.original]
		if ok && known != use.name {
			groups := newGroups()
			var at []Location
			for _, other := range f.uses {
				if other.original == use.original {
					groups.add(`"@`+other.name+`"`, other.s.name)
					at = append(at, other.at)
				}
			}
			m.fail(CodeLinkImportNameMismatch, at, "the composed directive \"@%s\" of %s is %s: import it under one name in all subgraphs",
				use.original, f.identity, groups.describe())
			return false
		}
		names[use.original] = use.name
		if !ok {
			m.hintOtherNames(f, f.uses[i])
		}
	}
	return true
}

// checkComposedMeanings looks for one name that means several directives.
func (m *merger) checkComposedMeanings(f *composedFeature) bool {
	for i, use := range f.uses {
		for _, other := range f.uses[:i] {
			if other.name == use.name && other.original != use.original {
				m.fail(CodeDirectiveComposition, []Location{other.at, use.at},
					"the composed directive \"@%s\" is \"@%s\" of %s in subgraph %q, but \"@%s\" in subgraph %q: import one of them under another name",
					use.name, other.original, f.identity, other.s.name, use.original, use.s.name)
				return false
			}
		}
	}
	return true
}

// hintOtherNames remarks on a subgraph that imports a composed directive under
// another name.
func (m *merger) hintOtherNames(f *composedFeature, use composedUse) {
	for _, s := range m.subgraphs {
		for _, l := range s.doc.Links {
			for _, i := range l.Imports {
				name := strings.TrimPrefix(i.As, "@")
				if l.Identity == f.identity && i.Name == "@"+use.original && name != use.name && !f.composes(s, name) {
					m.hint(HintDirectiveCompositionWarn, Warn, "",
						"the composed directive \"@%s\" is called %q in subgraph %q, which does not compose it; it could not under that name", use.name, i.As, s.name)
					return
				}
			}
		}
	}
}

func (f *composedFeature) composes(s *subgraph, name string) bool {
	for _, use := range f.uses {
		if use.s == s && use.name == name {
			return true
		}
	}
	return false
}
