package composition_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// TestContract_ofRandomSupergraphs says of the contracts of random supergraphs
// what their filters promise. There is no other implementation to compare with.
func TestContract_ofRandomSupergraphs(t *testing.T) {
	t.Parallel()
	options := readable()
	options.MaxSubgraphs = 3
	made, refused := 0, 0
	for _, c := range []struct {
		tag    int // how much is tagged: little to exclude, nearly all to include
		filter supergraph.ContractFilter
	}{
		{1, supergraph.ContractFilter{Exclude: []string{"internal"}}},
		{3, supergraph.ContractFilter{Exclude: []string{"x", "team-a"}}},
		{98, supergraph.ContractFilter{Include: []string{"internal", "x", "team-a"}}},
		{99, supergraph.ContractFilter{Include: []string{"internal", "x", "team-a"}, Exclude: []string{"y"}}},
		{60, supergraph.ContractFilter{Include: []string{"team-a"}, Exclude: []string{"x"}}},
	} {
		options.Tag = c.tag
		for seed := range uint64(randomUniverses / 2) {
			result, err := compose(universe.Random(seed, options).Subgraphs)
			if err != nil {
				continue
			}
			contract, err := supergraph.Contract("contract", result.Supergraph, c.filter)
			if err != nil {
				refused++
				for _, problem := range unexplainedRefusals(err) {
					t.Errorf("seed %d, %+v: %s", seed, c, problem)
				}
				continue
			}
			made++
			for _, problem := range checkContract(t, result.Supergraph, contract, c.filter) {
				t.Errorf("seed %d, %+v: %s", seed, c, problem)
			}
		}
	}
	t.Logf("%d contracts made, %d refused", made, refused)
	if made < randomUniverses || refused == 0 {
		t.Errorf("only %d contracts were made", made)
	}
}

// unexplainedRefusals lists errors that are not about what is hidden.
func unexplainedRefusals(err error) (problems []string) {
	var list interface{ Unwrap() []error }
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	for _, one := range list.Unwrap() {
		var e *federation.Error
		if !errors.As(one, &e) || !strings.Contains(e.Code, "INACCESSIBLE") && e.Code != "EMPTY_CONTRACT" {
			problems = append(problems, one.Error())
		}
	}
	return problems
}

// visible are the elements of a schema, by coordinate.
type visible map[string]bool

func readVisible(t *testing.T, sdl string) visible {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Name: "schema", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	v := visible{}
	for _, d := range doc.Definitions {
		v[d.Name] = true
		for _, value := range d.EnumValues {
			v[d.Name+"."+value.Name] = true
		}
		for _, f := range d.Fields {
			v[d.Name+"."+f.Name] = true
			for _, a := range f.Arguments {
				v[d.Name+"."+f.Name+"("+a.Name+":)"] = true
			}
		}
	}
	return v
}

// checkContract lists what is wrong with a contract of a supergraph.
func checkContract(t *testing.T, sdl, contract string, filter supergraph.ContractFilter) (problems []string) {
	t.Helper()
	if _, err := supergraph.Parse("contract", contract); err != nil {
		return []string{fmt.Sprintf("the contract is no supergraph: %v", err)}
	}
	whole, err := supergraph.APISchema("supergraph", sdl)
	if err != nil {
		return []string{err.Error()}
	}
	api, err := supergraph.APISchema("contract", contract)
	if err != nil {
		return []string{err.Error()}
	}
	if _, err := gqlparser.LoadSchema(&ast.Source{Name: "api", Input: api}); err != nil {
		return []string{fmt.Sprintf("the API is no schema: %v", err)}
	}
	if withoutHiding(contract) != withoutHiding(sdl) && strings.Contains(sdl, "inaccessible/v0.2") {
		problems = append(problems, "the contract differs from the supergraph in more than @inaccessible")
	}
	c := contractReader{filter: filter, before: readVisible(t, whole), after: readVisible(t, api)}
	doc, err := parser.ParseSchema(&ast.Source{Name: "supergraph", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	for _, coordinate := range slices.Sorted(maps.Keys(c.after)) {
		if !c.before[coordinate] {
			c.problems = append(c.problems, coordinate+" appears in the contract alone")
		}
	}
	for _, d := range doc.Definitions {
		if c.before[d.Name] {
			c.readType(doc, d)
		}
	}
	return append(problems, c.problems...)
}

// withoutHiding drops @inaccessible and blanks.
func withoutHiding(sdl string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(sdl, "@inaccessible", "")), "")
}

// contractReader compares each element that clients could see before with what
// they see after.
type contractReader struct {
	filter        supergraph.ContractFilter
	before, after visible
	problems      []string
}

// tagsOf are an element's own and inherited tags.
func tagsOf(list ast.DirectiveList, inherited []string) []string {
	tags := slices.Clone(inherited)
	for _, d := range list {
		if d.Name == "tag" || d.Name == "myTag" {
			tags = append(tags, d.Arguments.ForName("name").Value.Raw)
		}
	}
	return tags
}

// element checks one element: what has an excluded tag is gone, what needs an
// included one has it, and what is gone has a reason.
func (c *contractReader) element(coordinate string, tags []string, needsTag, mayGo bool) {
	if !c.before[coordinate] {
		return
	}
	oneOf := func(list []string) bool {
		return slices.ContainsFunc(list, func(tag string) bool { return slices.Contains(tags, tag) })
	}
	lacks := len(c.filter.Include) > 0 && !oneOf(c.filter.Include)
	switch excluded := oneOf(c.filter.Exclude); {
	case c.after[coordinate] && excluded:
		c.problems = append(c.problems, fmt.Sprintf("%s is visible, but has the tags %v", coordinate, tags))
	case c.after[coordinate] && needsTag && lacks:
		c.problems = append(c.problems, fmt.Sprintf("%s is visible, but has only the tags %v", coordinate, tags))
	case !c.after[coordinate] && !excluded && !mayGo && !lacks:
		c.problems = append(c.problems, fmt.Sprintf("%s, with the tags %v, is hidden for no reason", coordinate, tags))
	}
}

func (c *contractReader) readType(doc *ast.SchemaDocument, d *ast.Definition) {
	tags := tagsOf(d.Directives, nil)
	left := slices.ContainsFunc(d.Types, func(name string) bool { return c.after[name] })
	for _, v := range d.EnumValues {
		coordinate := d.Name + "." + v.Name
		c.element(coordinate, tagsOf(v.Directives, tags), true, !c.after[d.Name])
		left = left || c.after[coordinate]
	}
	for _, f := range d.Fields {
		coordinate := d.Name + "." + f.Name
		own, argumentLeft := tagsOf(f.Directives, tags), false
		for _, a := range f.Arguments {
			below := coordinate + "(" + a.Name + ":)"
			c.element(below, tagsOf(a.Directives, own), true, !c.after[coordinate])
			argumentLeft = argumentLeft || c.after[below]
		}
		c.element(coordinate, own, !argumentLeft, !c.after[d.Name] || c.unimplemented(doc, d, f.Name))
		left = left || c.after[coordinate]
	}
	if d.Kind == ast.Scalar {
		c.element(d.Name, tags, true, false)
		return
	}
	if c.after[d.Name] && !left {
		c.problems = append(c.problems, d.Name+" is visible, but nothing of it")
	}
	// With nothing left, or with nothing left before it was hidden itself.
	c.element(d.Name, tags, d.Kind == ast.Union, !c.kept(d, tags))
}

// unimplemented reports whether no object shows a field of its interface.
func (c *contractReader) unimplemented(doc *ast.SchemaDocument, d *ast.Definition, field string) bool {
	return d.Kind == ast.Interface && !slices.ContainsFunc(doc.Definitions, func(o *ast.Definition) bool {
		return o.Kind == ast.Object && slices.Contains(o.Interfaces, d.Name) && c.after[o.Name+"."+field]
	})
}

// kept reports whether something of a type is to be seen by its tags, or is a
// member that is seen.
func (c *contractReader) kept(d *ast.Definition, inherited []string) bool {
	seen := func(coordinate string, list ast.DirectiveList) bool {
		tags := tagsOf(list, inherited)
		oneOf := func(list []string) bool {
			return slices.ContainsFunc(list, func(tag string) bool { return slices.Contains(tags, tag) })
		}
		return c.before[coordinate] && !oneOf(c.filter.Exclude) && (len(c.filter.Include) == 0 || oneOf(c.filter.Include))
	}
	return slices.ContainsFunc(d.Types, func(name string) bool { return c.after[name] }) ||
		slices.ContainsFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool { return seen(d.Name+"."+v.Name, v.Directives) }) ||
		d.Kind != ast.Interface && slices.ContainsFunc(d.Fields, func(f *ast.FieldDefinition) bool { return seen(d.Name+"."+f.Name, f.Directives) })
}
