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
	var upgraded *subgraph
	for _, s := range c.subgraphs {
		for _, l := range s.doc.Links {
			for _, name := range featureDirectives(l.Identity) {
				v := federation.Version{Major: 2, Minor: sinceMinor(name)}
				if !s.version.AtLeast(v.Major, v.Minor) && !highest.AtLeast(v.Major, v.Minor) {
					highest, upgraded = v, s
				}
			}
		}
	}
	if upgraded != nil {
		c.hint(HintImplicitlyUpgradedVersion, Info, "@link",
			"subgraph %q is of federation %s, but uses what came with %s, and is treated as such", upgraded.name, upgraded.version, highest)
	}
	return highest
}

func sinceMinor(directive string) int {
	for _, d := range federation.Directives(newest()) {
		if d.Name == directive {
			return d.Since
		}
	}
	return 0
}
