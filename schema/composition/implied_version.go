package composition

import "github.com/weftql/weft/schema/federation"

// impliedVersion returns the highest federation version that a subgraph needs
// for the specifications which it links beside federation's; zero if none.
//
// Rule: a subgraph that links a specification of its own, such as cost, counts
// as one of the federation version that brought it.
// Hints: IMPLICITLY_UPGRADED_FEDERATION_VERSION.
func (c *composer) impliedVersion() federation.Version {
	var highest federation.Version
	for _, s := range c.subgraphs {
		needed := s.neededVersion()
		if !needed.AtLeast(s.version.Major, s.version.Minor) || needed == s.version {
			continue
		}
		c.hint(HintImplicitlyUpgradedVersion, Info, "@link",
			"subgraph %q is of federation %s, but uses what came with %s, and is treated as such", s.name, s.version, needed)
		if needed.AtLeast(highest.Major, highest.Minor) {
			highest = needed
		}
	}
	return highest
}

// neededVersion is the federation version that brought what the subgraph links
// beside federation; zero if nothing.
func (s *subgraph) neededVersion() federation.Version {
	var needed federation.Version
	for _, l := range s.doc.Links {
		v, _ := federation.ConnectSince(l.Version)
		if l.Identity != federation.ConnectIdentity {
			v = federation.Version{}
			for _, name := range featureDirectives(l.Identity) {
				v = federation.Version{Major: 2, Minor: sinceMinor(name)}
			}
		}
		if v.AtLeast(needed.Major, needed.Minor) {
			needed = v
		}
	}
	return needed
}

func sinceMinor(directive string) int {
	for _, d := range federation.Directives(newest()) {
		if d.Name == directive {
			return d.Since
		}
	}
	return 0
}
