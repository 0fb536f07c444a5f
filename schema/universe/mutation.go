package universe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/federation"
)

// Mutation is a rule of composition that a universe was made to break.
type Mutation struct {
	// Code is the error code that composition should answer with. It may find
	// more than this one, or another that is checked earlier.
	Code string
	// Place says where: a subgraph and a schema coordinate, as in
	// "catalog Product.name".
	Place string
	// Number says which of the [Mutations] it is.
	Number int
}

// Mutations is the number of ways in which universes can be broken; each breaks
// one rule, some the same rule in other ways.
func Mutations() int { return len(breakages()) }

// MutateBy applies the mutation of the given number, from 0 to less than
// [Mutations]; it is not ok if the universe has no place for it.
func MutateBy(number int, seed uint64, u Universe) (mutated Universe, mutation Mutation, ok bool) {
	mutated, mutation, ok = apply(rand.New(rand.NewPCG(seed, 0x6272656b)), u, breakages()[number])
	mutation.Number = number
	return mutated, mutation, ok
}

// Codes lists the codes that Mutate knows how to cause.
func Codes() (list []string) {
	for _, b := range breakages() {
		if !slices.Contains(list, b.code) {
			list = append(list, b.code)
		}
	}
	return list
}

// Mutate breaks one rule of composition. Seeds take the codes in turn, so that
// each comes up; where a universe has no place for one, the next that fits is
// taken.
func Mutate(seed uint64, u Universe) (Universe, Mutation) {
	list := Codes()
	for i := range uint64(len(list)) {
		if mutated, mutation, ok := MutateTo(list[(seed+i)%uint64(len(list))], seed, u); ok {
			return mutated, mutation
		}
	}
	return u, Mutation{}
}

// MutateTo breaks the rule of the given code; it is not ok if the universe has
// no place for it.
func MutateTo(code string, seed uint64, u Universe) (mutated Universe, mutation Mutation, ok bool) {
	random := rand.New(rand.NewPCG(seed, 0x6272656b))
	list := breakages()
	for _, number := range random.Perm(len(list)) {
		if list[number].code == code {
			if mutated, mutation, ok = apply(random, u, list[number]); ok {
				mutation.Number = number
				return mutated, mutation, true
			}
		}
	}
	return u, Mutation{}, false
}

// breakage breaks a rule and returns where, or "" if there is no place for it.
type breakage struct {
	code string
	do   func(*mutator) string
}

func breakages() []breakage {
	return slices.Concat(fieldSetBreakages(), externalBreakages(), mergeBreakages(), inputBreakages(),
		overrideBreakages(), accessBreakages(), linkBreakages(), rootBreakages(), composeBreakages(), interfaceBreakages(), interfaceObjectBreakages(),
		contextBreakages(), federation1Breakages(), graphqlBreakages())
}

func apply(random *rand.Rand, u Universe, b breakage) (Universe, Mutation, bool) {
	m := &mutator{Rand: random}
	for _, s := range u.Subgraphs {
		if !m.read(s) {
			return u, Mutation{}, false
		}
	}
	place := b.do(m)
	if place == "" {
		return u, Mutation{}, false
	}
	out := Universe{Seed: u.Seed}
	for _, p := range m.parts {
		var text strings.Builder
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchemaDocument(p.document)
		out.add(p.name, text.String()+strings.Join(p.appended, "\n"))
	}
	return out, Mutation{Code: b.code, Place: place}, true
}

// mutator edits the documents of one universe.
type mutator struct {
	*rand.Rand
	parts []*part
}

// read adds a subgraph; it is not ok if its syntax is wrong.
func (m *mutator) read(s federation.Subgraph) (ok bool) {
	document, err := federation.Parse(s)
	if err != nil {
		return false
	}
	link, linked := document.Federation()
	if !linked {
		link = unlinked()
	}
	m.parts = append(m.parts, &part{name: s.Name, document: document.AST, link: link, links: document.Links})
	return true
}

// join adds a subgraph to the universe.
func (m *mutator) join(name, text string) {
	if !m.read(federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: text}}}) {
		panic("universe: a mutation joins what is no SDL: " + text)
	}
}

// part is a subgraph that is edited.
type part struct {
	name     string
	document *ast.SchemaDocument
	link     federation.Link   // federation's
	links    []federation.Link // all
	appended []string
}

// site is a place in a subgraph: a type, or one of its fields.
type site struct {
	*part
	typ   *ast.Definition
	field *ast.FieldDefinition
}

func (s site) String() string {
	if s.field == nil {
		return s.part.name + " " + s.typ.Name
	}
	return s.part.name + " " + s.typ.Name + "." + s.field.Name
}

// directive is what the subgraph calls a directive of federation, without "@".
func (p *part) directive(name string) string {
	if link, own := p.ownLink(name); own {
		return link.DirectiveName(name)
	}
	return p.link.DirectiveName(name)
}

// ownLink returns the link beside federation's by which the subgraph has a
// directive.
func (p *part) ownLink(directive string) (link federation.Link, ok bool) {
	for _, link := range p.links {
		if feature := featureOf(directive); feature != "" && link.Identity == feature {
			return link, true
		}
	}
	return federation.Link{}, false
}

// featureOf returns the identity of the specification that a directive can be
// linked from beside federation's; empty if there is none.
func featureOf(directive string) string {
	for _, spec := range federation.Directives(federation.Version{Major: 2, Minor: 14}) {
		if spec.Name == directive {
			return spec.Feature
		}
	}
	return ""
}

// at is how the subgraph writes a directive of federation.
func (p *part) at(directive string) string { return "@" + p.directive(directive) }

// append adds definitions to the subgraph.
func (p *part) append(format string, arguments ...any) {
	p.appended = append(p.appended, fmt.Sprintf(format, arguments...))
}

func (p *part) applied(list ast.DirectiveList, directive string) *ast.Directive {
	return list.ForName(p.directive(directive))
}

// has reports whether a site's field, or without one its type, has a directive.
func (s site) has(directive string) bool {
	if s.field == nil {
		return s.applied(s.typ.Directives, directive) != nil
	}
	return s.applied(s.field.Directives, directive) != nil
}

// mark applies a directive with arguments as name, value, name, value …;
// values are literals.
func (s site) mark(directive string, arguments ...string) {
	d := &ast.Directive{Name: s.directive(directive)}
	for i := 0; i+1 < len(arguments); i += 2 {
		d.Arguments = append(d.Arguments, &ast.Argument{Name: arguments[i], Value: literal(arguments[i+1])})
	}
	if s.field == nil {
		s.typ.Directives = append(s.typ.Directives, d)
	} else {
		s.field.Directives = append(s.field.Directives, d)
	}
}

// literal makes a value whose text is written as it is: gqlparser writes enum
// values and numbers so.
func literal(text string) *ast.Value {
	if inner, isString := strings.CutPrefix(text, `"`); isString {
		return &ast.Value{Kind: ast.StringValue, Raw: strings.TrimSuffix(inner, `"`)}
	}
	return &ast.Value{Kind: ast.EnumValue, Raw: text}
}

// types returns the types that match, in all subgraphs.
func (m *mutator) types(match func(site) bool) (sites []site) {
	for _, p := range m.parts {
		for _, d := range slices.Concat(p.document.Definitions, p.document.Extensions) {
			if s := (site{part: p, typ: d}); match(s) {
				sites = append(sites, s)
			}
		}
	}
	return sites
}

// fields returns the fields that match, in all subgraphs.
func (m *mutator) fields(match func(site) bool) (sites []site) {
	for _, t := range m.types(func(site) bool { return true }) {
		for _, f := range t.typ.Fields {
			if s := (site{part: t.part, typ: t.typ, field: f}); match(s) {
				sites = append(sites, s)
			}
		}
	}
	return sites
}

// aType picks a type that matches; its typ is nil if there is none.
func (m *mutator) aType(match func(site) bool) site { return m.pick(m.types(match)) }

func (m *mutator) aField(match func(site) bool) site { return m.pick(m.fields(match)) }

func (m *mutator) pick(sites []site) site {
	if len(sites) == 0 {
		return site{}
	}
	return sites[m.IntN(len(sites))]
}

// onType makes a breakage of what is done to a type that matches.
func onType(code string, match func(site) bool, do func(*mutator, site)) breakage {
	return breakage{code, func(m *mutator) string {
		s := m.aType(match)
		if s.typ == nil {
			return ""
		}
		do(m, s)
		return s.String()
	}}
}

// onField makes a breakage of what is done to a field that matches.
func onField(code string, match func(site) bool, do func(*mutator, site)) breakage {
	return breakage{code, func(m *mutator) string {
		s := m.aField(match)
		if s.typ == nil {
			return ""
		}
		do(m, s)
		return s.String()
	}}
}

// others returns the declarations of the same field in other subgraphs.
func (m *mutator) others(s site) []site {
	return m.fields(func(o site) bool {
		return o.part != s.part && o.typ.Name == s.typ.Name && o.field.Name == s.field.Name
	})
}

func isObject(s site) bool    { return s.typ.Kind == ast.Object }
func isInterface(s site) bool { return s.typ.Kind == ast.Interface }
func isInput(s site) bool     { return s.typ.Kind == ast.InputObject }

// isEntity reports whether the type has a key here.
func isEntity(s site) bool {
	return isObject(s) && s.applied(s.typ.Directives, "key") != nil
}

// isPlain reports whether the field has nothing special: an object's field
// without directives of federation, which only this subgraph has.
func (m *mutator) isPlain(s site) bool {
	return isObject(s) && !isRoot(s) && len(s.field.Directives) == 0 && len(s.typ.Directives.ForNames(s.link.DirectiveName("shareable"))) == 0 &&
		!inAnyKey(s) && len(m.others(s)) == 0 && len(s.typ.Interfaces) == 0
}

func isRoot(s site) bool { return s.typ.Name == "Query" || s.typ.Name == "Mutation" }

// inAnyKey reports whether a key of the type names the field; extensions of the
// type have the key elsewhere, so names that generated keys have count too.
func inAnyKey(s site) bool {
	for _, d := range s.typ.Directives.ForNames(s.link.DirectiveName("key")) {
		if fields := d.Arguments.ForName("fields"); fields != nil && slices.Contains(strings.Fields(fields.Value.Raw), s.field.Name) {
			return true
		}
	}
	return s.field.Name == "id" || strings.HasPrefix(s.field.Name, "k")
}

// isBuiltInLeaf reports whether a field is one of GraphQL's own scalars.
func (s site) isBuiltInLeaf(f *ast.FieldDefinition) bool {
	return slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, f.Type.Name()) && len(f.Arguments) == 0
}

func (s site) isLeaf() bool {
	d := s.document.Definitions.ForName(s.field.Type.Name())
	return d == nil || !d.IsCompositeType()
}
