package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkLinkNames looks whether each name of a subgraph stands for one element of
// one specification.
//
// Rule: an element is imported once; no two elements are imported under one name;
// an import is not called like the elements of a specification that are not
// imported ("@spec", "@spec__x"), unless it is that element; and who imports a
// directive by another name does not apply one of the name that it would have
// without the import.
// Codes: INVALID_LINK_DIRECTIVE_USAGE.
func (c *composer) checkLinkNames(s *subgraph) {
	type origin struct {
		link federation.Link
		name string
	}
	elements, names := map[string]federation.Import{}, map[string]origin{}
	for _, l := range s.doc.Links {
		for _, imp := range l.Imports {
			fail := func(format string, args ...any) {
				args = append([]any{imp.As, l.URL}, args...)
				c.fail(CodeInvalidLinkDirectiveUsage, []Location{locate(s.name, l.Position)}, "cannot import %q from %s: "+format, args...)
			}
			if before, known := elements[l.Identity+" "+imp.Name]; known {
				if before.As != imp.As {
					fail("%q is imported as %q already; leave one of them out", imp.Name, before.As)
				}
				continue
			}
			elements[l.Identity+" "+imp.Name] = imp
			if other, known := names[imp.As]; known {
				fail("that name is imported from %s already; rename one with `as:`", other.link.URL)
				continue
			}
			names[imp.As] = origin{l, imp.Name}
			if other, name := s.namespaceOf(imp.As); other != nil && (other.Identity != l.Identity || name != imp.Name) {
				fail("that name means %q of %s where it is not imported; give it another one with `as:`", name, other.Identity)
			}
			if plain := plainName(l, imp.Name); plain != imp.As && s.appliesDefined(plain) {
				fail("%q is defined and applied as well, which is what it would be called without the import; use the imported name everywhere", plain)
			}
		}
	}
}

// namespaceOf returns the specification, and its element, that a name means if
// nothing is imported; nil if it means none.
func (s *subgraph) namespaceOf(name string) (*federation.Link, string) {
	bare, directive := strings.CutPrefix(name, "@")
	space, element, found := strings.Cut(bare, "__")
	for i, l := range s.doc.Links {
		switch {
		case l.As == "" || l.As != space:
		case found && directive:
			return &s.doc.Links[i], "@" + element
		case found:
			return &s.doc.Links[i], element
		case directive:
			return &s.doc.Links[i], "@" + l.Name
		}
	}
	return nil, ""
}

// plainName is what a specification's element is called without an import.
func plainName(l federation.Link, name string) string {
	bare, directive := strings.CutPrefix(name, "@")
	switch {
	case !directive:
		return l.As + "__" + bare
	case bare == l.Name:
		return "@" + l.As
	}
	return "@" + l.As + "__" + bare
}

// appliesDefined reports whether a subgraph defines a directive itself and
// applies it.
func (s *subgraph) appliesDefined(name string) bool {
	bare, directive := strings.CutPrefix(name, "@")
	return directive && s.doc.AST.Directives.ForName(bare) != nil &&
		slices.ContainsFunc(s.allDirectives(), func(d *ast.Directive) bool { return d.Name == bare })
}
