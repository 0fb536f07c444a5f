package execute

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// zips makes the overlays of positions that several fetches select without
// lookups, for the sources after the first.
func (c *compiler) zips() error {
	for id := 1; id < len(c.positions); id++ {
		p := &c.positions[id]
		p.overlays = make([]int, len(p.views)-1)
		for i := range p.overlays {
			p.overlays[i] = -1 // of a lookup, until it is compiled
		}
		for i, l := range p.links {
			if l.parent < 0 {
				return fmt.Errorf("position %d: fetch %d, its source, does not lead there", id, p.views[i])
			}
		}
		for i := 1; i < len(p.links); i++ {
			z, err := c.zip(id, i)
			if err != nil {
				return fmt.Errorf("position %d: %w", id, err)
			}
			p.overlays[i-1] = len(c.program.overlays)
			c.program.overlays = append(c.program.overlays, overlay{fetch: p.views[i], zip: z})
		}
	}
	return nil
}

// zip compiles how the objects of a position in the document of its source i
// find their counterparts in the document of the first source.
func (c *compiler) zip(id, i int) (*zip, error) {
	p := &c.positions[id]
	first, other := p.links[0], p.links[i]
	if first.parent != other.parent {
		return nil, fmt.Errorf("its sources lead there from positions %d and %d", first.parent, other.parent)
	}
	here, err := c.site(id)
	if err != nil {
		return nil, err
	}
	z := &zip{
		site: here, position: first.parent, path: c.plan.Positions[id].Path,
		sides: [2]side{{fetch: p.views[0], slot: first.slot}, {fetch: p.views[i], slot: other.slot}},
	}
	if first.parent > 0 {
		z.parent, err = c.site(first.parent)
	}
	return z, err
}

// joinZips tells the zips through which overlays their parents' objects are
// seen, when all overlays have their numbers.
func (c *compiler) joinZips() error {
	for _, o := range c.program.overlays {
		if o.zip == nil || o.zip.position == 0 {
			continue
		}
		for k := range o.zip.sides {
			s := &o.zip.sides[k]
			view, err := c.view(o.zip.position, s.fetch)
			if err != nil {
				return err
			}
			if s.overlay = primary; view > 0 {
				s.overlay = c.positions[o.zip.position].overlays[view-1]
			}
		}
	}
	return nil
}

// lookup compiles an _entities field of a fetch.
func (c *compiler) lookup(fetch int, e *plan.Entities) error {
	f := c.program.fetches[fetch]
	l := &lookup{plan: e, variable: append(quote(e.Variable), ':'), slot: 1 + len(f.lookups)}
	f.lookups = append(f.lookups, l)
	for i := range e.Targets {
		position := e.Targets[i].Position
		if position <= 0 || position >= len(c.positions) {
			return fmt.Errorf("there is no position %d to look up", position)
		}
		here, err := c.site(position)
		if err != nil {
			return err
		}
		program, err := c.representations(f, &e.Targets[i])
		if err != nil {
			return fmt.Errorf("position %d: %w", position, err)
		}
		same := slices.IndexFunc(l.targets, func(t *target) bool { return t.site == here && reflect.DeepEqual(t.program, program) })
		if same < 0 {
			same = len(l.targets)
			t := &target{site: here, program: program, overlay: len(c.program.overlays)}
			l.targets = append(l.targets, t)
			c.program.overlays = append(c.program.overlays, overlay{fetch: fetch, target: t})
		}
		t := l.targets[same]
		t.positions, t.indexes = append(t.positions, position), append(t.indexes, i)
		p := &c.positions[position]
		p.overlays[slices.Index(p.views, fetch)-1] = t.overlay
	}
	if err := c.contexts(f, l); err != nil {
		return err
	}
	c.identities(l)
	for _, t := range l.targets {
		if !c.isPartial(t) {
			continue
		}
		for _, position := range t.positions {
			t.presence = append(t.presence, c.presence(position))
		}
	}
	return nil
}

// reentry compiles how the objects at a position of the type Query find what a
// fetch of the Query object has.
func (c *compiler) reentry(fetch, position int) error {
	here, err := c.site(position)
	if err != nil {
		return err
	}
	p := &c.positions[position]
	p.overlays[slices.Index(p.views, fetch)-1] = len(c.program.overlays)
	c.program.fetches[fetch].reentry = &reentry{site: here, overlay: len(c.program.overlays), position: position}
	c.program.overlays = append(c.program.overlays, overlay{fetch: fetch})
	return nil
}

// isPartial tells whether the site of a target has objects that stand at none of
// the target's positions: those of entities that stand elsewhere.
func (c *compiler) isPartial(t *target) bool {
	for at, shape := range c.shapes {
		if at.fetch == t.site.fetch && shape == t.site.shape && !slices.Contains(t.positions, at.position) {
			return true
		}
	}
	return false
}

// presence compiles which of the objects at a position's site stand at the
// position; nil means all.
func (c *compiler) presence(id int) *presence {
	fetch := c.positions[id].views[0]
	from, ok := c.origins[place{fetch, id}]
	if !ok {
		return nil
	}
	entities := c.plan.Fetches[fetch].Entities[from.entities]
	if len(entities.Targets) == 1 {
		return nil // nothing else is looked up with it
	}
	above := entities.Targets[from.target].Position
	p := &c.positions[above]
	return &presence{
		site: site{fetch, c.shapes[place{fetch, id}]}, above: c.presence(above),
		overlay: p.overlays[slices.Index(p.views, fetch)-1],
	}
}

// representations compiles what is sent of the objects at a target.
func (c *compiler) representations(fetch *fetch, t *plan.Target) (*representations, error) {
	out := &representations{typing: primary}
	view, shape, err := c.typing(t.Position)
	if err != nil {
		return nil, err
	}
	if view > 0 && !dependOnType(t.Representations) {
		shape = nil // another lookup tells the types, and may come later
	} else if view > 0 {
		out.typing = c.positions[t.Position].overlays[view-1]
	}
	variants := 1
	if out.typed = shape != nil; out.typed {
		variants = len(shape.Variants)
	}
	out.byVariant = make([]int, variants)
	for v := range out.byVariant {
		out.byVariant[v] = -1
	}
	for i := range t.Representations {
		r := &t.Representations[i]
		is := c.variants(shape, t.Position, r.Types)
		for v := range out.byVariant {
			if out.byVariant[v] < 0 && (is == nil || is[v]) {
				out.byVariant[v] = i
			}
		}
		fields, err := c.parts(t.Position, shape, r.Fields)
		if err != nil {
			return nil, err
		}
		out.of = append(out.of, representation{head: `{"__typename":"` + r.Typename + `"`, parts: fields})
	}
	for i := range out.of {
		c.noteZips(fetch, out.typing, out.of[i].parts)
	}
	return out, nil
}

// dependOnType tells whether it depends on the objects' types what is sent of them.
func dependOnType(all []plan.Representation) bool {
	return slices.ContainsFunc(all, func(r plan.Representation) bool {
		return r.Types != nil || slices.ContainsFunc(r.Fields, func(f plan.RepresentationField) bool { return f.Types != nil })
	})
}

// noteZip tells a fetch that it refers to an overlay, which may be a zip.
func (c *compiler) noteZip(f *fetch, overlay int) {
	if overlay != primary && c.program.overlays[overlay].zip != nil && !slices.Contains(f.zips, overlay) {
		f.zips = append(f.zips, overlay)
	}
}

// noteZips tells a fetch which zips its representations refer to.
func (c *compiler) noteZips(f *fetch, typing int, parts []part) {
	c.noteZip(f, typing)
	for i := range parts {
		if parts[i].constant {
			continue
		}
		c.noteZip(f, parts[i].ref.overlay)
		if o := parts[i].object; o != nil {
			c.noteZips(f, o.typing, o.parts)
		}
	}
}

// parts compiles the fields of a representation or of a part of one. The text of
// each begins with a comma.
func (c *compiler) parts(position int, typed *response.Shape, fields []plan.RepresentationField) ([]part, error) {
	var parts []part
	for i := range fields {
		f := &fields[i]
		p := part{text: `,"` + f.Name + `":`, types: c.variants(typed, position, f.Types)}
		var err error
		if f.Name == "__typename" && f.Source.Fetch == plan.NoFetch {
			p.text += `"` + c.plan.Positions[position].Type + `"`
			p.constant = true
			parts = append(parts, p)
			continue
		}
		if p.ref, err = c.overlayRef(position, f.Source); err != nil {
			return nil, err
		}
		if f.Type != nil {
			if p.nonNull, err = nonNull(f.Type); err != nil {
				return nil, err
			}
		}
		if len(f.Fields) > 0 {
			if p.object, err = c.objectPart(f); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// objectPart compiles the parts of a composite field of a representation.
func (c *compiler) objectPart(f *plan.RepresentationField) (*objectPart, error) {
	if f.Position <= 0 || f.Position >= len(c.positions) {
		return nil, fmt.Errorf("there is no position %d", f.Position)
	}
	if first := c.positions[f.Position].views[0]; first != f.Source.Fetch {
		return nil, fmt.Errorf("position %d has another source than the field", f.Position)
	}
	view, shape, err := c.typing(f.Position)
	if err != nil {
		return nil, err
	}
	if view > 0 && !slices.ContainsFunc(f.Fields, func(part plan.RepresentationField) bool { return part.Types != nil }) {
		view, shape = primary, nil
	}
	out := &objectPart{typed: shape != nil, typing: primary}
	if view > 0 {
		out.typing = c.positions[f.Position].overlays[view-1]
	}
	out.parts, err = c.parts(f.Position, shape, f.Fields)
	return out, err
}
