package supergraph

import (
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// specifications are the links of a supergraph.
type specifications struct {
	all          []federation.Link
	join         federation.Link
	inaccessible string // the name of @inaccessible, or ""
	context      string // the name of @context, or ""
}

// understood lists what a reader may be obliged to understand (for: SECURITY or
// EXECUTION). The directives of authorization are enforced by the subgraphs.
var understood = [...]string{
	federation.LinkIdentity,
	federation.JoinIdentity,
	federation.TagIdentity,
	federation.InaccessibleIdentity,
	federation.AuthenticatedIdentity,
	federation.RequiresScopesIdentity,
	federation.PolicyIdentity,
	federation.CostIdentity,
	federation.ContextIdentity,
	federation.CacheTagIdentity,
}

func readSpecifications(doc *ast.SchemaDocument, src *ast.Source) (specifications, error) {
	var specs specifications
	if err := refuseCore(doc); err != nil {
		return specs, err
	}
	links, err := federation.ReadLinks(doc)
	if err != nil {
		return specs, err
	}
	specs.all = links
	var errs []error
	for _, l := range links {
		switch {
		case l.Identity == federation.JoinIdentity:
			specs.join = l
		case l.Identity == federation.InaccessibleIdentity:
			specs.inaccessible = l.DirectiveName("inaccessible")
		case l.Identity == federation.ContextIdentity:
			specs.context = l.DirectiveName("context")
		case l.Purpose != "" && !slices.Contains(understood[:], l.Identity):
			errs = append(errs, &federation.Error{
				Code:     CodeUnsupportedLinkedFeature,
				Message:  "the supergraph links " + l.URL + " for " + l.Purpose + ", which the router does not know",
				Position: l.Position,
			})
		}
	}
	switch v := specs.join.Version; {
	case specs.join.Identity == "":
		errs = append(errs, invalid(&ast.Position{Line: 1, Column: 1, Src: src},
			"this is no supergraph: its schema does not @link %s; compose the subgraphs first", federation.JoinIdentity))
	case v.Major != 0 || v.Minor > 5:
		errs = append(errs, unsupported(specs.join.Position, "join %s: the router reads v0.3 to v0.5", v))
	case v.Minor < 3:
		errs = append(errs, unsupported(specs.join.Position, "join %s: compose the supergraph with Federation 2.0 or later (join v0.3)", v))
	}
	return specs, errors.Join(errs...)
}

// refuseCore recognises the supergraphs of Federation 1, which have @core where
// later ones have @link.
func refuseCore(doc *ast.SchemaDocument) error {
	for _, def := range doc.Schema {
		if d := def.Directives.ForName("core"); d != nil && d.Arguments.ForName("feature") != nil {
			return unsupported(d.Position, "this is a supergraph of Federation 1 (@core); compose it with Federation 2")
		}
	}
	return nil
}

// owns reports whether a linked specification defines the element; a directive's
// name comes with its "@".
func owns(l federation.Link, name string) bool {
	bare := strings.TrimPrefix(name, "@")
	if rest, found := strings.CutPrefix(bare, l.As); found && l.As != "" && (strings.HasPrefix(rest, "__") || rest == "" && name != bare) {
		return true
	}
	return slices.ContainsFunc(l.Imports, func(i federation.Import) bool { return i.As == name })
}

// machinery is what Schema lacks: the elements of link and join.
func (s specifications) machinery() stripping {
	return stripping{known: map[string]bool{}, owned: func(name string) bool {
		return slices.ContainsFunc(s.all, func(l federation.Link) bool {
			return (l.Identity == federation.LinkIdentity || l.Identity == federation.JoinIdentity) && owns(l, name)
		})
	}}
}

// hidden is what API lacks: the elements of all linked specifications, and what
// is inaccessible.
func (s specifications) hidden() stripping {
	return stripping{known: map[string]bool{}, inaccessible: s.inaccessible, owned: func(name string) bool {
		return slices.ContainsFunc(s.all, func(l federation.Link) bool { return owns(l, name) })
	}}
}
