package composition_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// readable are options for universes whose supergraphs package supergraph reads.
func readable() universe.Options {
	options := universe.Everything()
	options.Connectors = 0
	return options
}

// randomUniverses is how many universes the tests of this file look at.
const randomUniverses = 120

// TestCompose_ofRandomSubgraphsKeepsEveryField says of random universes what the
// golden files say of a few: the supergraph names just the fields that some
// subgraph has, each where it is, and does not depend on the order of the input.
func TestCompose_ofRandomSubgraphsKeepsEveryField(t *testing.T) {
	t.Parallel()
	composed := 0
	for seed := range uint64(randomUniverses) {
		u := universe.Random(seed, readable())
		result, err := compose(u.Subgraphs)
		if err != nil {
			continue // a few do not fit together
		}
		composed++
		reversed := slices.Clone(u.Subgraphs)
		slices.Reverse(reversed)
		if again, err := compose(reversed); err != nil || again.Supergraph != result.Supergraph {
			t.Errorf("seed %d: in reversed order it composes to something else (%v)", seed, err)
		}
		origins := readOrigins(t, u.Subgraphs)
		for _, problem := range compareFields(origins, readSupergraph(t, result.Supergraph)) {
			t.Errorf("seed %d: %s", seed, problem)
		}
	}
	if composed < randomUniverses*3/4 {
		t.Errorf("only %d of %d universes compose", composed, randomUniverses)
	}
}

// TestCompose_ofRandomSubgraphsSharesOnlyWhatIsShareable takes a @shareable away
// from random universes, or adds a resolver: composition says so, or what it
// makes has no field with two resolvers of which one is not marked.
func TestCompose_ofRandomSubgraphsSharesOnlyWhatIsShareable(t *testing.T) {
	t.Parallel()
	refused := 0
	for seed := range uint64(randomUniverses) {
		u, _, ok := universe.MutateTo(string(composition.CodeInvalidFieldSharing), seed, universe.Random(seed, readable()))
		if !ok {
			continue
		}
		result, err := compose(u.Subgraphs)
		if err != nil {
			refused++
			continue
		}
		origins := readOrigins(t, u.Subgraphs)
		for _, problem := range unshared(origins, readSupergraph(t, result.Supergraph)) {
			t.Errorf("seed %d: %s", seed, problem)
		}
	}
	if refused < randomUniverses/2 {
		t.Errorf("only %d of %d universes are refused", refused, randomUniverses)
	}
}

// TestCompose_ofBrokenRandomSubgraphsFindsEachCode takes each mutation that the
// universes know.
func TestCompose_ofBrokenRandomSubgraphsFindsEachCode(t *testing.T) {
	t.Parallel()
	for _, code := range universe.Codes() {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(randomUniverses) {
				u, _, ok := universe.MutateTo(code, seed, universe.Random(seed, readable()))
				if !ok {
					continue
				}
				if _, err := compose(u.Subgraphs); strings.Contains("\n"+errorText(err), "\n"+code+": ") {
					return
				}
			}
			t.Errorf("no universe of %d, broken for it, raises %s", randomUniverses, code)
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// origin is a subgraph as its SDL says it, read without composition.
type origin struct {
	link federation.Link
	ast  *ast.SchemaDocument
	// selected are the words of the field sets of its keys and provisions.
	selected map[string]bool
}

func readOrigins(t *testing.T, subgraphs []federation.Subgraph) map[string]*origin {
	t.Helper()
	all := map[string]*origin{}
	for _, s := range subgraphs {
		doc, err := federation.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		link, _ := doc.Federation()
		o := &origin{link: link, ast: doc.AST, selected: map[string]bool{}}
		for _, part := range o.parts() {
			o.noteSelected(part.Directives, "key")
			for _, f := range part.Fields {
				o.noteSelected(f.Directives, "provides")
			}
		}
		all[s.Name] = o
	}
	return all
}

func (o *origin) parts() ast.DefinitionList {
	return slices.Concat(o.ast.Definitions, o.ast.Extensions)
}

func (o *origin) noteSelected(directives ast.DirectiveList, name string) {
	for _, d := range directives.ForNames(o.link.DirectiveName(name)) {
		for _, word := range strings.FieldsFunc(d.Arguments.ForName("fields").Value.Raw, func(c rune) bool { return strings.ContainsRune(" \n{}.", c) }) {
			o.selected[word] = true
		}
	}
}

func (o *origin) has(directives ast.DirectiveList, name string) bool {
	return directives.ForName(o.link.DirectiveName(name)) != nil
}

// field finds a field and the part of its type that declares it.
func (o *origin) field(typ, name string) (*ast.Definition, *ast.FieldDefinition) {
	for _, part := range o.parts() {
		if f := part.Fields.ForName(name); part.Name == typ && f != nil {
			return part, f
		}
	}
	return nil, nil
}

func readSupergraph(t *testing.T, sdl string) *supergraph.Supergraph {
	t.Helper()
	super, err := supergraph.Parse("supergraph", sdl)
	if err != nil {
		t.Fatal(err)
	}
	return super
}

// compareFields tells where a supergraph's fields are not those of its subgraphs.
func compareFields(origins map[string]*origin, super *supergraph.Supergraph) (problems []string) {
	overridden := map[string]bool{} // "subgraph Type.field" that another one takes over
	for _, o := range origins {
		for _, part := range o.parts() {
			for _, f := range part.Fields {
				if d := f.Directives.ForName(o.link.DirectiveName("override")); d != nil {
					overridden[d.Arguments.ForName("from").Value.Raw+" "+part.Name+"."+f.Name] = true
				}
			}
		}
	}
	joined := map[string]bool{}
	for _, t := range super.Types {
		for _, f := range t.Fields {
			for _, j := range f.Joins {
				name := super.Subgraphs[j.Graph].Name
				place := name + " " + t.Definition.Name + "." + f.Definition.Name
				joined[place] = true
				_, mine := origins[name].field(t.Definition.Name, f.Definition.Name)
				switch {
				case mine == nil:
					problems = append(problems, place+" is no field of the subgraph")
				case mine.Type.String() != j.Type.String():
					problems = append(problems, place+" is "+mine.Type.String()+", the supergraph says "+j.Type.String())
				}
			}
		}
	}
	for name, o := range origins {
		for _, part := range o.parts() {
			if part.Kind != ast.Object && part.Kind != ast.Interface {
				continue
			}
			for _, f := range part.Fields {
				place := name + " " + part.Name + "." + f.Name
				if !joined[place] && !overridden[place] && !o.has(f.Directives, "external") && !o.has(part.Directives, "external") {
					problems = append(problems, place+" is lost")
				}
			}
		}
	}
	slices.Sort(problems)
	return problems
}

// unshared lists the fields with several resolvers that a subgraph has not marked.
func unshared(origins map[string]*origin, super *supergraph.Supergraph) (problems []string) {
	for _, t := range super.Types {
		if t.Definition.Kind != ast.Object {
			continue
		}
		for _, f := range t.Fields {
			var resolvers []string
			for _, j := range f.Joins {
				if !j.External && j.Override == (supergraph.Override{}) {
					resolvers = append(resolvers, super.Subgraphs[j.Graph].Name)
				}
			}
			for _, name := range resolvers {
				o := origins[name]
				part, mine := o.field(t.Definition.Name, f.Definition.Name)
				if len(resolvers) > 1 && !o.selected[f.Definition.Name] && !o.has(part.Directives, "shareable") && !o.has(mine.Directives, "shareable") {
					problems = append(problems, name+" "+t.Definition.Name+"."+f.Definition.Name+" is not @shareable, but "+strings.Join(resolvers, ", ")+" resolve it")
				}
			}
		}
	}
	return problems
}
