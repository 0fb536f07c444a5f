package composition

import (
	"fmt"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// readLinks resolves the names that a subgraph gives to the directives and types
// of the specifications it links.
//
// Rule: an import must exist in the linked version of its specification; the
// versions of federation and of link itself must be known. Another specification
// in an unknown version is like an unknown specification: nothing is known of its
// names.
// Codes: INVALID_LINK_DIRECTIVE_USAGE, UNKNOWN_FEDERATION_LINK_VERSION,
// UNKNOWN_LINK_VERSION.
func (c *composer) readLinks(s *subgraph) {
	for _, builtIn := range []string{"deprecated", "specifiedBy", "skip", "include", "defer", "stream"} {
		s.specDirectives[builtIn] = builtIn
	}
	linkName := "link"
	for _, l := range s.doc.Links {
		if l.Identity == federation.LinkIdentity {
			linkName = l.As
		}
	}
	s.specDirectives[linkName] = "link"
	s.specTypes[linkName+"__Import"], s.specTypes[linkName+"__Purpose"] = true, true
	for _, name := range []string{"_Any", "_Service", "_Entity"} {
		s.specTypes[name] = true
	}
	c.checkLinkNames(s)
	for _, l := range s.doc.Links {
		at := []Location{locate(s.name, l.Position)}
		if l.Version.IsZero() {
			c.fail(CodeInvalidLinkIdentifier, at, "the url %q must end with a version, as in %q", l.URL, l.Identity+"/v1.0")
			continue
		}
		if last := l.Identity[strings.LastIndexByte(l.Identity, '/')+1:]; l.As == "" && strings.Contains(last, "__") {
			c.fail(CodeInvalidLinkDirectiveUsage, at, "the last part of %q is no name without a double underscore: give it one with `as:`", l.Identity)
			continue
		}
		switch l.Identity {
		case federation.FederationIdentity:
			c.readFederationLink(s, l)
		case federation.LinkIdentity:
			c.checkLinkVersion(s, l)
		default:
			c.readFeatureLink(s, l)
		}
	}
}

// checkLinkVersion looks at the version of the link specification itself, of
// which federation 2 implies v1.0.
func (c *composer) checkLinkVersion(s *subgraph, l federation.Link) {
	if l.Version.Major == 1 && l.Version.Minor == 0 {
		return
	}
	code := CodeUnknownLinkVersion
	if _, linked := s.doc.Federation(); linked {
		code = CodeInvalidLinkDirectiveUsage
	}
	c.fail(code, []Location{locate(s.name, l.Position)}, "%s has no version %s that is known here: link v1.0", l.Identity, l.Version)
}

func (c *composer) readFederationLink(s *subgraph, l federation.Link) {
	at := []Location{locate(s.name, l.Position)}
	limit := c.opts.MaximumVersion
	if !federation.KnownFederationVersion(l.Version) {
		c.fail(CodeUnknownFederationLinkVersion, at, "the federation specification has no version %s that is known here", l.Version)
		return
	}
	if !limit.IsZero() && !limit.AtLeast(l.Version.Major, l.Version.Minor) {
		c.fail(CodeUnknownFederationLinkVersion, at, "the subgraph links federation %s, but composition is limited to %s", l.Version, limit)
		return
	}
	s.version = l.Version
	var known []string
	for _, d := range federation.Directives(l.Version) {
		known = append(known, "@"+d.Name)
		s.specDirectives[l.DirectiveName(d.Name)] = d.Name
	}
	for _, t := range federation.Types(l.Version) {
		known = append(known, t.Name)
		s.specTypes[l.TypeName(t.Name)] = true
	}
	c.checkImports(s, l, known)
}

// featureDirectives are the directives of the specifications that can be linked
// without federation's.
func featureDirectives(identity string) []string {
	switch identity {
	case federation.TagIdentity:
		return []string{"tag"}
	case federation.InaccessibleIdentity:
		return []string{"inaccessible"}
	case federation.AuthenticatedIdentity:
		return []string{"authenticated"}
	case federation.RequiresScopesIdentity:
		return []string{"requiresScopes"}
	case federation.PolicyIdentity:
		return []string{"policy"}
	case federation.CostIdentity:
		return []string{"cost", "listSize"}
	case federation.ConnectIdentity:
		return []string{"connect", "source"}
	}
	return nil
}

func knownFeatureVersion(identity string, v federation.Version) bool {
	switch identity {
	case federation.TagIdentity:
		return v.Major == 0 && v.Minor >= 1 && v.Minor <= 3
	case federation.InaccessibleIdentity:
		return v.Major == 0 && v.Minor >= 1 && v.Minor <= 2
	case federation.ConnectIdentity:
		_, ok := federation.ConnectSince(v)
		return ok
	}
	return v.Major == 0 && v.Minor == 1
}

func (c *composer) readFeatureLink(s *subgraph, l federation.Link) {
	names := featureDirectives(l.Identity)
	if names == nil || !knownFeatureVersion(l.Identity, l.Version) {
		return // without their definitions its directives are unknown
	}
	var known []string
	for _, name := range names {
		known = append(known, "@"+name)
		s.specDirectives[l.DirectiveName(name)] = name
	}
	switch l.Identity {
	case federation.ConnectIdentity:
		known = append(known, s.readConnectLink(l)...)
	case federation.RequiresScopesIdentity:
		known = append(known, "Scope")
		s.specTypes[l.TypeName("Scope")] = true
	case federation.PolicyIdentity:
		known = append(known, "Policy")
		s.specTypes[l.TypeName("Policy")] = true
	}
	c.checkImports(s, l, known)
}

func (c *composer) checkImports(s *subgraph, l federation.Link, known []string) {
	for _, imp := range l.Imports {
		found := false
		for _, name := range known {
			found = found || name == imp.Name
		}
		if !found {
			c.fail(CodeInvalidLinkDirectiveUsage, []Location{locate(s.name, l.Position)},
				"cannot import unknown element %q from %s%s", imp.Name, l.URL, suggestion(imp.Name, known))
		}
	}
}

// suggestion proposes the later version that has the element, the same name with
// or without "@", or the closest spelling.
func suggestion(name string, known []string) string {
	for _, d := range federation.Directives(federation.Version{Major: 2, Minor: 99}) {
		if "@"+d.Name == name {
			return fmt.Sprintf("; it exists since federation v2.%d", d.Since)
		}
	}
	return closest(name, known)
}

// closest proposes the same name with or without "@" or with other capitals, or
// the closest spelling.
func closest(name string, known []string) string {
	const most = 500 // a larger schema is not searched for each of its errors
	if len(known) > most {
		return ""
	}
	best, bestDistance := "", min(3, len(name)/2+1) // any two names of one letter are close
	for _, k := range known {
		if strings.EqualFold(strings.TrimPrefix(k, "@"), strings.TrimPrefix(name, "@")) {
			return fmt.Sprintf("; did you mean %q?", k)
		}
		if d := distance(k, name); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the number of single-character edits between two short names.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
