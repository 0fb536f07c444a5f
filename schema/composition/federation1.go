package composition

import (
	"slices"

	"github.com/weftql/weft/schema/federation"
)

// federation1Directives are what a federation 1 schema has without linking or
// defining it.
func federation1Directives() []string {
	return []string{"key", "requires", "provides", "external", "extends", "tag"}
}

// readFederation1 gives a subgraph the names that federation 1 knows.
//
// Rule: a subgraph that does not link the federation specification follows
// federation 1, whatever else it links: it has @key, @requires, @provides,
// @external, @extends and @tag without further ado, no other directive of
// federation, and calls field sets "_FieldSet". Its other links count only if it
// links the link specification too.
func (s *subgraph) readFederation1() {
	if _, ok := s.doc.Federation(); ok {
		return
	}
	s.federation1 = true
	s.version = federation.Version{Major: 2}
	for _, name := range federation1Directives() {
		s.specDirectives[name] = name
	}
	s.specTypes["_FieldSet"] = true
	isLink := func(l federation.Link) bool { return l.Identity == federation.LinkIdentity }
	if !slices.ContainsFunc(s.doc.Links, isLink) {
		doc := *s.doc
		doc.Links = nil
		s.doc = &doc
	}
}

// toleratesDefinition reports whether a definition that differs from the
// specification's is one that federation 1's libraries were known to write.
//
// Rule: a federation 1 subgraph may define @key, @requires and @provides without
// arguments, or with an optional `fields` alone: such a definition
// counts as the specification's.
func (s *subgraph) toleratesDefinition(d *directiveDef) bool {
	if !s.federation1 || !slices.Contains([]string{"key", "requires", "provides"}, s.specDirectives[d.name]) {
		return false
	}
	if len(d.args) == 0 {
		return true
	}
	if len(d.args) != 1 || d.args[0].name != "fields" {
		return false
	}
	return slices.Contains([]string{"String", "FieldSet", "_FieldSet"}, d.args[0].typ.String())
}
