package composition

import (
	"context"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// upgradedVersion is the federation version as which an upgraded subgraph counts.
func upgradedVersion() federation.Version { return federation.Version{Major: 2, Minor: 4} }

// upgrade turns federation 1 subgraphs into federation 2 ones, and checks them
// as such. Federation 1 let much pass that had no effect; what had none is taken
// away, what federation 2 wants said is added. Positions stay those of the
// files.
//
// Rule: a federation 1 subgraph counts as one that links federation v2.4 with
// all its directives. Definitions and specifications that do not go with these
// are refused.
// Codes: DIRECTIVE_DEFINITION_INVALID, INVALID_LINK_DIRECTIVE_USAGE.
func (c *composer) upgrade(ctx context.Context, _ []federation.Subgraph) error {
	if !slices.ContainsFunc(c.subgraphs, func(s *subgraph) bool { return s.federation1 }) {
		return nil
	}
	c.checkInterfaceObjectsAreUpgraded()
	originals := slices.Clone(c.subgraphs)
	for _, s := range originals {
		if s.federation1 {
			s.coerceNames()
			dropExternalOfTypes(s)
			s.collectFacts()
		}
	}
	for i, s := range originals {
		if !s.federation1 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		c.subgraphs[i] = c.upgradeSubgraph(s, originals)
	}
	return nil
}

// upgrader upgrades one subgraph.
type upgrader struct {
	*composer
	*subgraph             // the upgraded one, which is changed
	original  *subgraph   // as it was written
	others    []*subgraph // all other subgraphs, as they were written
}

func (c *composer) upgradeSubgraph(original *subgraph, all []*subgraph) *subgraph {
	before := len(c.errs)
	u := &upgrader{composer: c, original: original}
	for _, s := range all {
		if s != original {
			u.others = append(u.others, s)
		}
	}
	u.subgraph = c.relink(original)
	if len(c.errs) > before {
		return u.subgraph
	}
	steps := []func(){
		u.checkExtensionsHaveBase,
		u.coerceFieldSets,
		u.dropIdleExternal,
		u.dropExternalOfKeys,
		u.trimFieldSets,
		u.defineExtensions,
		u.dropOnInterfaces,
		u.dropProvidesOfLeaves,
		u.dropUnusedExternal,
		u.addShareable,
		u.dropTagOfExternal,
	}
	for _, step := range steps {
		step()
	}
	u.indexImplementations()
	if len(c.errs) > before {
		return u.subgraph
	}
	c.validateFederation(u.subgraph)
	return u.subgraph
}

// relink reads the subgraph's document again as one that links federation 2.
func (c *composer) relink(original *subgraph) *subgraph {
	s := *original
	s.schema = schema{specInputs: original.specInputs}
	s.version = upgradedVersion()
	s.specDirectives, s.specTypes = maps.Clone(original.specDirectives), maps.Clone(original.specTypes)
	for _, l := range s.doc.Links {
		for _, name := range featureDirectives(l.Identity) {
			if l.Identity != federation.ConnectIdentity && sinceMinor(name) <= s.version.Minor {
				c.fail(CodeInvalidLinkDirectiveUsage, []Location{locate(s.name, l.Position)},
					"@%s of %s is part of federation too: link federation 2 in this subgraph and import it from there", name, l.URL)
				return &s
			}
		}
	}
	for _, d := range federation.Directives(s.version) {
		s.specDirectives[d.Name] = d.Name
	}
	c.buildDirectives(&s)
	c.buildTypes(&s)
	s.buildSchemaElement()
	s.indexImplementations()
	return &s
}

// recollectFacts works the facts out again after a change.
func (s *subgraph) recollectFacts() {
	for _, t := range s.types {
		for _, f := range t.fields {
			f.facts = facts{}
		}
	}
	s.indexImplementations()
	s.collectFacts()
}

// isExtension reports whether a type belongs to another subgraph: it is only
// extended here, or marked with @extends.
func isExtension(t *typeDef) bool {
	if t.kind != ast.Object && t.kind != ast.Interface {
		return false
	}
	return has(t.applied, "extends") || t.extended && !t.defined
}

// elsewhere returns the object and interface types of a name in the other
// subgraphs, as they were written.
func (u *upgrader) elsewhere(name string) []*typeDef {
	var out []*typeDef
	for _, s := range u.others {
		if t := s.typeNamed(name); t != nil && (t.kind == ast.Object || t.kind == ast.Interface) {
			out = append(out, t)
		}
	}
	return out
}

// drop removes the applications of a directive.
func drop(list []*application, spec string) []*application {
	return slices.DeleteFunc(list, func(a *application) bool { return a.spec == spec })
}
