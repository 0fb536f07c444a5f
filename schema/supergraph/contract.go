package supergraph

import (
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
)

// ContractFilter says by tags what a contract shows. The zero value shows
// everything that is not @inaccessible anyway.
type ContractFilter struct {
	// Include, if it is not empty, hides what has none of these tags.
	Include []string
	// Exclude hides what has one of these tags, also if it has one of Include.
	Exclude []string
}

// Contract derives a supergraph for a part of the clients: the elements that the
// filter hides become @inaccessible. It stays a supergraph for every router, and
// a router may still use what is hidden for keys and @requires. Whatever is not
// hidden keeps its text. The name is the file's name for positions.
//
// The semantics are those of contracts in Apollo's platform:
//
//   - Tags are inherited: by fields and arguments from their type or interface,
//     by arguments from their field, by input fields and enum values from their
//     type.
//   - An element with an excluded tag is hidden, of whatever kind it is.
//   - With Include, so is every scalar, union, enum value, input field and
//     argument without an included tag, and every field without one that has no
//     visible argument.
//   - What is left empty is hidden: an enum without values, an input object,
//     object or interface without fields, a union without members. A field of an
//     interface is, if all objects that implement it hide it.
//
// Built-in types and the elements of specifications are never hidden. If the
// rest is no schema (a visible field of a hidden type, a hidden argument that is
// required, …), the error joins one [*federation.Error] per problem, with the
// codes that composition has for @inaccessible.
func Contract(name, sdl string, filter ContractFilter) (string, error) {
	if err := filter.validate(); err != nil {
		return "", err
	}
	src := &ast.Source{Name: name, Input: sdl}
	c, err := readContract(src, filter)
	if err != nil {
		return "", err
	}
	c.match()
	c.hideEmpty()
	if err := c.check(); err != nil {
		return "", err
	}
	edited, err := c.edit(src)
	if err != nil {
		return "", err
	}
	// Nothing leaves that is no supergraph.
	if _, err := APISchema(name, edited); err != nil {
		return "", err
	}
	return edited, nil
}

// Tags returns the tags that elements of a supergraph have, in the order of
// their names: those that the filter of a [Contract] can match. The name is the
// file's name for positions; the errors are those of [Parse].
func Tags(name, sdl string) ([]string, error) {
	c, err := readContract(&ast.Source{Name: name, Input: sdl}, ContractFilter{})
	if err != nil {
		return nil, err
	}
	var tags []string
	add := func(applied ast.DirectiveList) { tags = append(tags, c.tags(applied, nil)...) }
	for _, t := range c.types {
		add(t.Directives)
		for _, v := range t.EnumValues {
			add(v.Directives)
		}
		for _, f := range t.Fields {
			add(f.Directives)
			for _, a := range f.Arguments {
				add(a.Directives)
			}
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags), nil
}

func readContract(src *ast.Source, filter ContractFilter) (*contract, error) {
	doc, err := parser.ParseSchema(src)
	if err != nil {
		return nil, federation.SyntaxError(err, src)
	}
	specs, err := readSpecifications(doc, src)
	if err != nil {
		return nil, err
	}
	if specs.core {
		return nil, unsupported(specs.all[0].Position, "a contract of a supergraph of federation 1 (@core): compose it with federation 2")
	}
	for _, l := range specs.all {
		if l.Identity == federation.InaccessibleIdentity && l.Version.Major == 0 && l.Version.Minor < 2 {
			return nil, unsupported(l.Position, "inaccessible %s: contracts need v0.2; compose the supergraph with Federation 2.0 or later", l.Version)
		}
	}
	return newContract(doc, specs, filter), nil
}

func (f ContractFilter) validate() error {
	var errs []error
	for _, tag := range slices.Concat(f.Include, f.Exclude) {
		if !validTag(tag) {
			errs = append(errs, contractError(nil, CodeInvalidContract,
				"%q is no tag: it has 1 to 128 letters, digits, \"-\", \"_\" and \"/\"", tag))
		}
	}
	for _, tag := range f.Include {
		if slices.Contains(f.Exclude, tag) {
			errs = append(errs, contractError(nil, CodeInvalidContract, "the tag %q is both included and excluded: remove one", tag))
		}
	}
	return errors.Join(errs...)
}

func validTag(tag string) bool {
	const longest = 128
	other := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '/'
	}
	return tag != "" && len(tag) <= longest && !strings.ContainsFunc(tag, other)
}

// contract is the state of one filtering. Elements are known by their schema
// coordinates: "T", "T.f", "T.f(a:)".
type contract struct {
	filter ContractFilter
	specs  specifications
	doc    *ast.SchemaDocument
	types  []*ast.Definition // those that belong to no specification
	byName map[string]*ast.Definition
	tag    string // the name of @tag, or ""
	// hidden are all elements that are @inaccessible in the end, added those of
	// them that were not before.
	hidden, added map[string]bool
}

func newContract(doc *ast.SchemaDocument, specs specifications, filter ContractFilter) *contract {
	c := &contract{
		filter: filter, specs: specs, doc: doc, byName: map[string]*ast.Definition{},
		hidden: map[string]bool{}, added: map[string]bool{},
	}
	for _, l := range specs.all {
		if l.Identity == federation.TagIdentity {
			c.tag = l.DirectiveName("tag")
		}
	}
	owned := specs.hidden().owned
	for _, def := range doc.Definitions {
		if !owned(def.Name) {
			c.types = append(c.types, def)
			c.byName[def.Name] = def
		}
	}
	return c
}

func fieldCoordinate(t *ast.Definition, name string) string { return t.Name + "." + name }

func argumentCoordinate(t *ast.Definition, f *ast.FieldDefinition, a *ast.ArgumentDefinition) string {
	return fieldCoordinate(t, f.Name) + "(" + a.Name + ":)"
}

// match hides what the filter names, and keeps what is hidden already.
func (c *contract) match() {
	for _, t := range c.types {
		tags := c.tags(t.Directives, nil)
		c.matchElement(t.Name, t.Directives, tags, t.Kind == ast.Scalar || t.Kind == ast.Union)
		for _, v := range t.EnumValues {
			c.matchElement(fieldCoordinate(t, v.Name), v.Directives, c.tags(v.Directives, tags), true)
		}
		for _, f := range t.Fields {
			own := c.tags(f.Directives, tags)
			visible := false
			for _, a := range f.Arguments {
				coordinate := argumentCoordinate(t, f, a)
				c.matchElement(coordinate, a.Directives, c.tags(a.Directives, own), true)
				visible = visible || !c.hidden[coordinate]
			}
			c.matchElement(fieldCoordinate(t, f.Name), f.Directives, own, !visible)
		}
	}
}

// tags returns the tags of an element's directives and those it inherits.
func (c *contract) tags(applied ast.DirectiveList, inherited []string) []string {
	tags := slices.Clone(inherited)
	if c.tag != "" {
		for _, d := range applied.ForNames(c.tag) {
			tags = append(tags, stringArg(d, "name"))
		}
	}
	return tags
}

// matchElement hides an element by its tags. Elements that others keep alive
// need no included tag.
func (c *contract) matchElement(coordinate string, applied ast.DirectiveList, tags []string, needsTag bool) {
	oneOf := func(list []string) bool {
		return slices.ContainsFunc(list, func(tag string) bool { return slices.Contains(tags, tag) })
	}
	switch {
	case c.specs.inaccessible != "" && applied.ForName(c.specs.inaccessible) != nil:
		c.hidden[coordinate] = true
	case oneOf(c.filter.Exclude), needsTag && len(c.filter.Include) > 0 && !oneOf(c.filter.Include):
		c.hide(coordinate)
	}
}

func (c *contract) hide(coordinate string) {
	if !c.hidden[coordinate] {
		c.hidden[coordinate], c.added[coordinate] = true, true
	}
}

// hideEmpty hides what has nothing left that clients could use: first the types
// with fields or values, then the unions of them.
func (c *contract) hideEmpty() {
	c.hideUnimplemented()
	for _, t := range c.types {
		empty := len(t.Fields)+len(t.EnumValues) > 0
		for _, f := range t.Fields {
			empty = empty && c.hidden[fieldCoordinate(t, f.Name)]
		}
		for _, v := range t.EnumValues {
			empty = empty && c.hidden[fieldCoordinate(t, v.Name)]
		}
		if empty {
			c.hide(t.Name)
		}
	}
	for _, t := range c.types {
		if t.Kind == ast.Union && !slices.ContainsFunc(t.Types, func(name string) bool { return !c.hidden[name] }) {
			c.hide(t.Name)
		}
	}
}

// hideUnimplemented hides the fields of interfaces that no object shows.
func (c *contract) hideUnimplemented() {
	implementations := map[string][]*ast.Definition{}
	for _, t := range c.types {
		if t.Kind == ast.Object {
			for _, name := range t.Interfaces {
				implementations[name] = append(implementations[name], t)
			}
		}
	}
	for _, t := range c.types {
		if t.Kind != ast.Interface || len(implementations[t.Name]) == 0 {
			continue
		}
		for _, f := range t.Fields {
			shown := slices.ContainsFunc(implementations[t.Name], func(object *ast.Definition) bool {
				return !c.hidden[object.Name] && !c.hidden[fieldCoordinate(object, f.Name)]
			})
			if !shown {
				c.hide(fieldCoordinate(t, f.Name))
			}
		}
	}
}
