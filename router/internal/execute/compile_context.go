package execute

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// giving says how the objects at a target find what the objects above them give to
// contexts. It goes down from the highest giver, so that each object between is
// looked at once.
type giving struct {
	contexts []given
	// levels are the positions from the highest that gives something down to the
	// target's.
	levels []level
}

// given is one context.
type given struct {
	// byObject says that the giver counts instead of its value.
	byObject bool
	// nonNull has a bit for each level of the value's type, as in
	// response.ProjectionField.
	nonNull uint64
}

// level is one position of a giving.
type level struct {
	root bool
	site site // unless root
	// typed says that an object's type decides what it gives; typing is the overlay
	// whose object tells the type.
	typed  bool
	typing int
	// gives holds what an object gives, by context and variant; nil where none does.
	gives [][]*gift
	// below leads to the objects of the next level: the fetch whose document has
	// them, the overlay of this level's objects in it, and the slots of the fields.
	fetch, below int
	slots        []int
}

// gift is what objects of one type give to a context: the one leaf in parts.
type gift struct{ parts []part }

// giving compiles contexts of a fetch's lookup at a position.
func (c *compiler) giving(f *fetch, position int, contexts []plan.Context) (*giving, error) {
	g := &giving{}
	way := c.wayUp(position, contexts)
	for i := range contexts {
		x := &contexts[i]
		one := given{byObject: x.ByObject}
		if x.Type != nil {
			var err error
			if one.nonNull, err = nonNull(x.Type); err != nil {
				return nil, err
			}
		}
		g.contexts = append(g.contexts, one)
	}
	for i, id := range slices.Backward(way) {
		l, err := c.level(f, id, contexts)
		if err != nil {
			return nil, fmt.Errorf("position %d: %w", id, err)
		}
		if i > 0 {
			if err := c.down(f, &l, id, way[i-1]); err != nil {
				return nil, fmt.Errorf("position %d: %w", id, err)
			}
		}
		g.levels = append(g.levels, l)
	}
	return g, nil
}

// wayUp lists the positions from the target's up to the highest giver's.
func (c *compiler) wayUp(position int, contexts []plan.Context) []int {
	var way []int
	high := 1
	for id := position; id >= 0; id = c.positions[id].links[0].parent {
		way = append(way, id)
		for i := range contexts {
			if slices.ContainsFunc(contexts[i].Givers, func(g plan.Giver) bool { return g.Position == id }) {
				high = len(way)
			}
		}
		if id == 0 {
			break
		}
	}
	return way[:high]
}

// level compiles what the objects at one position give.
func (c *compiler) level(f *fetch, id int, contexts []plan.Context) (level, error) {
	l := level{root: id == 0, typing: primary, below: primary, gives: make([][]*gift, len(contexts))}
	var shape *response.Shape
	if !l.root {
		var view int
		var err error
		if l.site, err = c.site(id); err != nil {
			return l, err
		}
		if givesByType(id, contexts) {
			if view, shape, err = c.typing(id); err != nil {
				return l, err
			}
		}
		l.typed = shape != nil
		if view > 0 {
			l.typing = c.positions[id].overlays[view-1]
			c.noteZip(f, l.typing)
		}
	}
	variants := 1
	if shape != nil {
		variants = len(shape.Variants)
	}
	for i := range contexts {
		for k := range contexts[i].Givers {
			giver := &contexts[i].Givers[k]
			if giver.Position != id {
				continue
			}
			parts, err := c.giftParts(f, id, shape, giver.Fields)
			if err != nil {
				return l, err
			}
			one := &gift{onlyLeaf(parts)}
			is := c.variants(shape, id, giver.Types)
			if l.gives[i] == nil {
				l.gives[i] = make([]*gift, variants)
			}
			for v := range variants {
				if l.gives[i][v] == nil && (is == nil || is[v]) {
					l.gives[i][v] = one
				}
			}
		}
	}
	return l, nil
}

// givesByType tells whether it depends on the types of a position's objects what
// they give.
func givesByType(position int, contexts []plan.Context) bool {
	return slices.ContainsFunc(contexts, func(x plan.Context) bool {
		return slices.ContainsFunc(x.Givers, func(g plan.Giver) bool { return g.Position == position && g.Types != nil })
	})
}

// giftParts compiles the fields that lead to a value. The root has views instead of
// overlays.
func (c *compiler) giftParts(f *fetch, id int, shape *response.Shape, fields []plan.RepresentationField) ([]part, error) {
	if id > 0 {
		parts, err := c.parts(id, shape, fields)
		c.noteZips(f, primary, parts)
		return parts, err
	}
	var parts []part
	for i := range fields {
		var p part
		var err error
		if fields[i].Name == "__typename" && fields[i].Source.Fetch == plan.NoFetch {
			parts = append(parts, part{text: `,"__typename":"` + c.plan.Positions[0].Type + `"`, constant: true})
			continue
		}
		if p.ref.overlay, p.ref.slot, err = c.ref(0, fields[i].Source); err != nil {
			return nil, err
		}
		if len(fields[i].Fields) > 0 {
			if p.object, err = c.objectPart(&fields[i]); err != nil {
				return nil, err
			}
			c.noteZips(f, p.object.typing, p.object.parts)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// onlyLeaf leaves out the types of objects on the way to a leaf.
func onlyLeaf(parts []part) []part {
	isTypename := func(p part) bool { return p.text == `,"__typename":` }
	if slices.ContainsFunc(parts, func(p part) bool { return !isTypename(p) }) {
		parts = slices.DeleteFunc(parts, isTypename)
	}
	for i := range parts {
		if o := parts[i].object; o != nil {
			o.parts = onlyLeaf(o.parts)
		}
	}
	return parts
}

// down compiles how the objects of a position lead to those of one below it.
func (c *compiler) down(f *fetch, l *level, id, child int) error {
	l.fetch = c.positions[child].views[0]
	if id > 0 {
		view, err := c.view(id, l.fetch)
		if err != nil {
			return err
		}
		if view > 0 {
			if l.below = c.positions[id].overlays[view-1]; l.below < 0 {
				return fmt.Errorf("it needs fetch %d, which is made later", l.fetch)
			}
			c.noteZip(f, l.below)
		}
	}
	shape, below := c.shapes[place{l.fetch, id}], c.shapes[place{l.fetch, child}]
	if shape == nil || below == nil {
		return fmt.Errorf("fetch %d selects nothing that leads to position %d", l.fetch, child)
	}
	for v := range shape.Variants {
		for _, field := range shape.Variants[v].Fields {
			if field.Shape == below && !slices.Contains(l.slots, field.Slot) {
				l.slots = append(l.slots, field.Slot)
			}
		}
	}
	return nil
}

// contextual is a fetch with contextual arguments: its one lookup is sent once for
// each combination of their values. As long as there is only one, that is the
// plan's text. With more of them, the second is
//
//	query(…,$representations_1:[_Any!]!,$contextualArgument_1_0_1:Int)
//	{… _1:_entities(representations:$representations_1){…on U{f(a:$contextualArgument_1_0_1)}}}
type contextual struct {
	giving *giving
	lookup *lookup
	// variables are the names of the contextual arguments' variables, as in
	// `"name":` without the last two characters.
	variables []string
	representations, separator,
	start, end string // of the document, in JSON, before and after the declarations
	declarations, field template
	layouts             layouts
}

// template is a text in JSON in which a number is to be added to variables' names.
type template []string

// contexts compiles what a lookup has to do with objects above.
func (c *compiler) contexts(f *fetch, l *lookup) (err error) {
	for _, t := range l.targets {
		t.apart = len(l.plan.Contexts)+len(l.plan.Apart) > 0
	}
	switch e := l.plan; {
	case len(e.Contexts)+len(e.Apart) == 0:
	case len(e.Targets) != 1:
		return errors.New("it looks up the objects of several positions, which are given different values")
	case len(e.Contexts) > 0:
		return c.contextual(f, l)
	default:
		l.apart, err = c.giving(f, e.Targets[0].Position, e.Apart)
	}
	return err
}

// contextual compiles a fetch whose lookup has contextual arguments.
func (c *compiler) contextual(f *fetch, l *lookup) error {
	if len(f.plan.Entities) != 1 {
		return errors.New("it has contextual arguments and is not alone")
	}
	x := &contextual{lookup: l, separator: "_"}
	var err error
	if x.giving, err = c.giving(f, l.plan.Targets[0].Position, slices.Concat(l.plan.Contexts, l.plan.Apart)); err != nil {
		return err
	}
	own := []string{l.plan.Variable}
	declared := "$" + l.plan.Variable + ":[_Any!]!"
	for i := range l.plan.Contexts {
		v := &l.plan.Contexts[i]
		own = append(own, v.Variable)
		declared += ",$" + v.Variable + ":" + v.Type.String()
	}
	for slices.ContainsFunc(f.plan.Variables, func(name string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(name, o+x.separator) })
	}) {
		x.separator += "_"
	}
	before, rest, found := strings.Cut(f.plan.Text, declared)
	clients := len(rest) - len(strings.TrimLeft(rest, ",")) // a comma, if there are others
	end, err := endOfDeclarations(rest)
	if err != nil || !found || end+2 > len(rest) {
		return fmt.Errorf("the text does not declare %s: %w", declared, err)
	}
	x.start, x.end = unquoted(before), unquoted(rest[clients:end]+"){")
	if clients > 0 {
		x.end = "," + x.end
	}
	if x.declarations, err = newTemplate(declared, own); err != nil {
		return err
	}
	if x.field, err = newTemplate(strings.TrimSuffix(rest[end+2:], "}"), own); err != nil {
		return err
	}
	x.representations, x.variables = unquoted(l.plan.Variable), own[1:]
	x.layouts.init(c, f, l)
	f.contextual = x
	return nil
}

// endOfDeclarations returns where the parenthesis around the declarations of
// variables ends in the text behind some of them.
func endOfDeclarations(text string) (int, error) {
	runes := 0
	l := lexer.New(&ast.Source{Input: text})
	for depth := 0; ; {
		token, err := l.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			return 0, fmt.Errorf("no end of the declarations: %w", err)
		}
		switch token.Kind {
		case lexer.ParenL:
			depth++
		case lexer.ParenR:
			if depth--; depth < 0 {
				runes = token.Pos.Start
				return len(string([]rune(text)[:runes])), nil
			}
		}
	}
}

// newTemplate splits a text behind the names of variables.
func newTemplate(text string, variables []string) (template, error) {
	var out template
	runes := []rune(text)
	l := lexer.New(&ast.Source{Input: text})
	start, dollar := 0, false
	for {
		token, err := l.ReadToken()
		if err != nil {
			return nil, err
		}
		if token.Kind == lexer.EOF {
			break
		}
		if dollar && token.Kind == lexer.Name && slices.Contains(variables, token.Value) {
			out = append(out, unquoted(string(runes[start:token.Pos.End])))
			start = token.Pos.End
		}
		dollar = token.Kind == lexer.Dollar
	}
	return append(out, unquoted(string(runes[start:]))), nil
}

// unquoted is a text as it stands in a JSON string.
func unquoted(text string) string {
	quoted := quote(text)
	return string(quoted[1 : len(quoted)-1])
}
