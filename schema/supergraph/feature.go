package supergraph

import (
	"cmp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// coreIdentity is the specification that @link has replaced: federation 1 wrote
// `@core(feature: url, as:, for:)`, which is a @link without imports.
const coreIdentity = "https://specs.apollo.dev/core"

// readLinks reads the links of a supergraph, or of an old one the features: core
// is true then.
//
// Core v0.1 and v0.2 §@core.
func readLinks(doc *ast.SchemaDocument) (links []federation.Link, core bool, err error) {
	var features ast.DirectiveList
	for _, def := range doc.Schema {
		features = append(features, def.Directives...)
	}
	for _, def := range doc.SchemaExtension {
		features = append(features, def.Directives...)
	}
	name := coreDirectiveName(features)
	if name == "" {
		links, err = federation.ReadLinks(doc)
		return links, false, err
	}
	var applied ast.DirectiveList
	for _, d := range features.ForNames(name) {
		if stringArg(d, "feature") == "" {
			return nil, true, invalid(d.Position, "@%s needs the argument `feature`, the address of a specification", name)
		}
		link := &ast.Directive{Name: "link", Position: d.Position}
		for _, a := range d.Arguments {
			argument := *a
			if a.Name == "feature" {
				argument.Name = "url"
			}
			link.Arguments = append(link.Arguments, &argument)
		}
		applied = append(applied, link)
	}
	links, err = federation.ReadLinks(&ast.SchemaDocument{Schema: ast.SchemaDefinitionList{{Directives: applied}}})
	return links, true, err
}

// coreDirectiveName finds what the schema calls @core: the directive whose
// feature is the core specification itself, else "core" if it is used; "" if the
// schema has none.
func coreDirectiveName(applied ast.DirectiveList) string {
	name := ""
	for _, d := range applied {
		if d.Arguments.ForName("feature") == nil {
			continue
		}
		as := cmp.Or(stringArg(d, "as"), "core")
		if d.Name == as && strings.HasPrefix(stringArg(d, "feature"), coreIdentity+"/") {
			return d.Name
		}
		if d.Name == "core" {
			name = d.Name
		}
	}
	return name
}
