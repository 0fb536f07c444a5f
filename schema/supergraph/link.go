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
	core         bool // they are written with @core
	join         federation.Link
	inaccessible string // the name of @inaccessible, or ""
	context      string // the name of @context, or ""
	connect      *federation.Link
}

// understood lists what a reader may be obliged to understand (for: SECURITY or
// EXECUTION). The directives of authorization are enforced by the subgraphs.
var understood = [...]string{
	federation.LinkIdentity,
	coreIdentity,
	federation.JoinIdentity,
	federation.TagIdentity,
	federation.InaccessibleIdentity,
	federation.AuthenticatedIdentity,
	federation.RequiresScopesIdentity,
	federation.PolicyIdentity,
	federation.CostIdentity,
	federation.ContextIdentity,
	federation.CacheTagIdentity,
	federation.ConnectIdentity, // whoever executes a supergraph looks at Supergraph.Connect
}

func readSpecifications(doc *ast.SchemaDocument, src *ast.Source) (specifications, error) {
	var specs specifications
	links, core, err := readLinks(doc)
	specs.core = core
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
		case l.Identity == federation.ConnectIdentity:
			specs.connect = &l
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
	case v.Major != 0 || v.Minor < 1 || v.Minor > 5:
		errs = append(errs, unsupported(specs.join.Position, "join %s: the router reads v0.1 to v0.5", v))
	}
	return specs, errors.Join(errs...)
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

// machinery is what Schema lacks: the elements of link (or core) and join.
func (s specifications) machinery() stripping {
	return stripping{known: map[string]bool{}, owned: func(name string) bool {
		return slices.ContainsFunc(s.all, func(l federation.Link) bool {
			return slices.Contains([]string{federation.LinkIdentity, coreIdentity, federation.JoinIdentity}, l.Identity) && owns(l, name)
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
