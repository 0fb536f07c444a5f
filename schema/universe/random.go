package universe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// Universe is a set of subgraphs whose values follow from their schemas: the
// same field of the same object has the same value wherever it is asked for.
type Universe struct {
	// Seed is what it was made from, and what its values are hashed with.
	Seed uint64
	// Subgraphs are its schemas, each of one source, in order of creation.
	Subgraphs []federation.Subgraph
}

// Random makes a universe of what options weigh: the same seed and options
// always give the same one. It is meant to compose; a few do not, because what
// is chosen apart does not always fit together.
func Random(seed uint64, options Options) Universe {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x77656674)), options: options.withDefaults()}
	g.makeSubgraphs()
	g.makeInputs()
	g.makeEntities()
	g.makeValues()
	g.makeInterfaceObjects()
	g.makeAbstract()
	g.makeFields()
	g.fillInterfaceObjects()
	g.makeRoots()
	g.makeDirectives()
	g.makeContexts()
	g.makeRemarks()
	g.decorate()
	g.makeFederation1()
	u := Universe{Seed: seed}
	for _, d := range g.drafts {
		u.add(d.name, d.sdl(g.version()))
	}
	return u
}

func (u *Universe) add(name, sdl string) {
	u.Subgraphs = append(u.Subgraphs, federation.Subgraph{
		Name: name, URL: "http://" + strings.ToLower(name) + ".test/graphql",
		Sources: []federation.Source{{Name: name + ".graphqls", Text: sdl}},
	})
}

// SDL returns the schema of a subgraph, or "" if there is none of that name.
func (u Universe) SDL(subgraph string) string {
	for _, s := range u.Subgraphs {
		if s.Name == subgraph {
			return s.Sources[0].Text
		}
	}
	return ""
}

// generator makes one universe.
type generator struct {
	*rand.Rand
	options    Options
	drafts     []*draft
	enums      []*enumPlan
	inputs     []*inputPlan
	scalars    []string
	entities   []*entityPlan
	values     []*valuePlan
	standing   []*interfaceObjectPlan
	unions     map[*draft][]string // abstract types by the subgraphs that have them
	everywhere []everywherePlan
	counter    int
	frozen     map[string]bool        // "Type.field" that must stay as it is: interfaces' fields
	owners     map[string][]*draft    // "Type.field" to the subgraphs that resolve it
	fields     map[string]*fieldDraft // "Type.field" to its first declaration
}

// chance is true in percent of a hundred cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) name(prefix string) string {
	g.counter++
	return fmt.Sprintf("%s%d", prefix, g.counter)
}

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// some returns at least one of the list's elements, in its order.
func some[T any](g *generator, list []T, percent int) []T {
	var out []T
	for _, item := range list {
		if g.chance(percent) {
			out = append(out, item)
		}
	}
	if len(out) == 0 {
		out = append(out, pick(g, list))
	}
	return out
}

func (g *generator) version() int {
	if g.chance(15) {
		return 3
	}
	return 1 + g.IntN(14)
}

func (g *generator) makeSubgraphs() {
	g.unions = map[*draft][]string{}
	g.frozen = map[string]bool{}
	g.owners = map[string][]*draft{}
	g.fields = map[string]*fieldDraft{}
	names := []string{"accounts", "Billing", "catalog", "d-2", "events", "forum", "geo_1", "d_2"}
	shared, own := g.chance(g.options.Renames/2), g.options.OwnLinks > 0 && g.chance(g.options.OwnLinks)
	count := g.options.MinSubgraphs + g.IntN(g.options.MaxSubgraphs-g.options.MinSubgraphs+1)
	for i := range count {
		name := fmt.Sprintf("s%d", i)
		if i < len(names) {
			name = names[i]
		}
		g.drafts = append(g.drafts, &draft{name: name, renames: g.chance(g.options.Renames), shared: shared, ownLinks: own && g.chance(60)})
	}
}

// own records that d resolves a field and, for a field that is new, adds it.
func (g *generator) own(d *draft, t *typeDraft, f *fieldDraft) {
	t.add(f)
	key := t.name + "." + f.name
	g.owners[key] = append(g.owners[key], d)
	if g.fields[key] == nil {
		g.fields[key] = f
	}
}

// wrap puts a type into lists and forbids null, at random.
func (g *generator) wrap(name string) string {
	switch g.IntN(10) {
	case 0, 1, 2:
		return name + "!"
	case 3:
		return "[" + name + "]"
	case 4:
		return "[" + name + "!]!"
	case 5:
		return pick(g, []string{"[[" + name + "]]", "[[" + name + "!]!]!", "[" + name + "]!"})
	}
	return name
}

// leaf returns a leaf type that d has.
func (g *generator) leaf(d *draft) string {
	switch n := g.IntN(12); {
	case n == 0 && len(g.enums) > 0:
		return g.declareEnum(d, pick(g, g.enums), "output")
	case n == 1 && len(g.scalars) > 0:
		return g.declareScalar(d, pick(g, g.scalars))
	}
	return pick(g, []string{"String", "String", "Int", "Int", "Float", "Boolean", "ID"})
}

// composite returns a composite type that d has, or a leaf if there is none.
func (g *generator) composite(d *draft) string {
	for range 4 {
		switch g.IntN(5) {
		case 0, 1:
			if e := pick(g, g.entities); slices.Contains(e.drafts, d) {
				return e.name
			}
		case 2:
			if len(g.values) > 0 {
				return g.declareValue(d, pick(g, g.values))
			}
		default:
			if list := g.unions[d]; len(list) > 0 {
				return pick(g, list)
			}
		}
	}
	for _, e := range g.entities {
		if slices.Contains(e.drafts, d) {
			return e.name
		}
	}
	return g.leaf(d)
}

// field makes a field for a type of d.
func (g *generator) field(d *draft, prefix string, composite int) *fieldDraft {
	f := &fieldDraft{name: g.name(prefix)}
	if g.chance(composite) {
		f.typ = g.wrap(g.composite(d))
	} else {
		f.typ = g.wrap(g.leaf(d))
	}
	if g.chance(g.options.Arguments) {
		f.arguments = g.arguments(d)
	}
	return f
}

// makeFields gives each entity fields of its own in each of its subgraphs.
func (g *generator) makeFields() {
	for _, e := range g.entities {
		for _, d := range e.drafts {
			if e.stub[d] {
				continue
			}
			t := d.find(e.name)
			for range 1 + g.IntN(3) {
				g.own(d, t, g.field(d, "f", 35))
			}
		}
		if g.chance(g.options.Shareable) && len(e.drafts) > 1 {
			g.share(e)
		}
		if g.chance(g.options.PartialValues) && len(e.full()) > 1 {
			g.partialValue(e.full(), e.name)
		}
	}
}

// share gives an entity a field that several subgraphs resolve.
func (g *generator) share(e *entityPlan) {
	// Subgraphs that only refer to the entity may know the field too: nobody can
	// ask them for it by the key.
	drafts := some(g, e.drafts, 60)
	if len(drafts) < 2 {
		return
	}
	first := &fieldDraft{name: g.name("f"), typ: g.wrap(g.leafOrValue(drafts[0]))}
	if common := g.commonAbstract(drafts); len(common) > 0 && g.chance(20) {
		first.typ = g.wrap(pick(g, common))
	}
	if g.chance(g.options.Arguments) {
		first.arguments = g.arguments(drafts[0])
	}
	for i, d := range drafts {
		f := first
		if i > 0 {
			f = first.declaration()
			g.bring(d, drafts[0], f)
		}
		if g.chance(g.options.Variance) {
			g.vary(d, f)
		}
		f.mark("@shareable")
		g.own(d, d.find(e.name), f)
	}
}

// commonAbstract returns the abstract types that all of the subgraphs have.
func (g *generator) commonAbstract(drafts []*draft) []string {
	return slices.DeleteFunc(slices.Clone(g.unions[drafts[0]]), func(name string) bool {
		return g.stands(name) && !(g.options.InterfaceObjectSharing > 0 && g.chance(g.options.InterfaceObjectSharing)) || slices.ContainsFunc(drafts, func(d *draft) bool { return !slices.Contains(g.unions[d], name) })
	})
}

// leafOrValue returns a type that every subgraph can have.
func (g *generator) leafOrValue(d *draft) string {
	if len(g.values) > 0 && g.chance(25) {
		return g.declareValue(d, pick(g, g.values))
	}
	return g.leaf(d)
}

// vary changes a declaration as far as merging allows.
func (g *generator) vary(d *draft, f *fieldDraft) {
	switch g.IntN(3) {
	case 0:
		if strings.HasSuffix(f.typ, "!") {
			f.typ = strings.TrimSuffix(f.typ, "!")
		} else {
			f.typ += "!"
		}
	case 1:
		f.arguments = append(f.arguments, &fieldDraft{name: g.name("x"), typ: "Int"})
	case 2:
		for _, a := range f.arguments {
			if !strings.HasSuffix(a.typ, "!") && a.fallback == "" {
				a.typ += "!"
				return
			}
		}
	}
}

// bring declares in d the types that a declaration from another subgraph names.
func (g *generator) bring(d, from *draft, f *fieldDraft) {
	g.bringType(d, from, f.typ)
	for _, a := range f.arguments {
		g.bringType(d, from, a.typ)
	}
}

func (g *generator) bringType(d, _ *draft, typ string) {
	name := strings.Trim(typ, "[]!")
	for _, e := range g.enums {
		if e.name == name {
			g.declareEnum(d, e, "")
		}
	}
	for _, i := range g.inputs {
		if i.name == name {
			g.declareInput(d, i)
		}
	}
	for _, v := range g.values {
		if v.name == name {
			g.declareValue(d, v)
		}
	}
	if slices.Contains(g.scalars, name) {
		g.declareScalar(d, name)
	}
}

// partialValue makes a value type of which each subgraph knows some fields, and
// a field of the given type through which all of them are reached at once.
func (g *generator) partialValue(drafts []*draft, parent string) {
	pair := []*draft{drafts[0], drafts[1]}
	g.Shuffle(2, func(i, j int) { pair[i], pair[j] = pair[j], pair[i] })
	name := g.name("Part")
	link := &fieldDraft{name: g.name("f"), typ: g.wrap(name)}
	common := &fieldDraft{name: g.name("f"), typ: "String", directives: []string{"@shareable"}}
	for i, d := range pair {
		t := d.declare("type", name)
		g.own(d, t, common.clone())
		g.own(d, t, &fieldDraft{name: g.name("f"), typ: g.wrap(g.leaf(d))})
		f := link
		if i > 0 {
			f = link.declaration()
		}
		f.mark("@shareable")
		g.own(d, d.declare("type", parent), f)
	}
}
