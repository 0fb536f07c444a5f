package execute

import "unsafe"

const (
	// firstExpected is what an execution of a new program is expected to take.
	firstExpected = 64 << 10
	// leastExpected is about what an execution takes beside texts.
	leastExpected = 8 << 10
)

// Expects is how many bytes the next execution is expected to take while it is
// under way: about as much as the largest of the last ones.
func (p *Program) Expects() int64 {
	if expected := p.expects.Load(); expected > 0 {
		return max(expected, leastExpected)
	}
	return firstExpected
}

// learn remembers what an execution took: more at once, less by and by.
func (p *Program) learn(took int64) {
	expected := p.expects.Load()
	if took < expected {
		took = expected - (expected-took)/32
	}
	if took != expected {
		p.expects.Store(took)
	}
}

// took is how many bytes an execution has filled.
func (r *run) took() int64 {
	n := 0
	if r.out != nil {
		n = len(r.out.text)
	}
	for i := range r.states {
		n += len(r.states[i].request.Body) + r.states[i].doc.Filled()
	}
	return int64(n)
}

// Memory is about how many bytes the program takes, with its plan but without
// what it keeps of past requests' memory, which the garbage collector frees.
func (p *Program) Memory() int {
	n := int(unsafe.Sizeof(*p)) + p.plan.Memory() + p.root.Memory() + 24*len(p.conditions) + 8*len(p.roots)
	for _, f := range p.fetches {
		// The request's text is kept as JSON too.
		n += int(unsafe.Sizeof(*f)) + 2*len(f.plan.Text) + f.layout.Memory() + 8*(len(f.dependents)+len(f.zips)+1)
		for _, l := range f.lookups {
			n += int(unsafe.Sizeof(*l)) + len(l.variable) + 8 + l.apart.memory()
			for _, t := range l.targets {
				n += t.memory()
			}
		}
	}
	for _, f := range p.fetches {
		if x := f.contextual; x != nil {
			n += int(unsafe.Sizeof(*x)) + 3*len(f.plan.Text) + x.giving.memory() + len(x.layouts.made)*int(unsafe.Sizeof(layoutOf{}))
		}
	}
	for i := range p.overlays {
		n += int(unsafe.Sizeof(p.overlays[i]))
		if p.overlays[i].zip != nil {
			n += int(unsafe.Sizeof(*p.overlays[i].zip))
		}
	}
	return n
}

func (t *target) memory() int {
	n := int(unsafe.Sizeof(*t)) + 8 + 8*(len(t.positions)+len(t.indexes)+len(t.projections))
	for _, p := range t.presence {
		for n += 8; p != nil; p = p.above {
			n += int(unsafe.Sizeof(*p))
		}
	}
	if t.program == nil {
		return n
	}
	n += int(unsafe.Sizeof(*t.program)) + 8*len(t.program.byVariant)
	for i := range t.program.of {
		r := &t.program.of[i]
		n += int(unsafe.Sizeof(*r)) + len(r.head) + partsMemory(r.parts)
	}
	return n
}

func (g *giving) memory() (n int) {
	if g == nil {
		return 0
	}
	n = int(unsafe.Sizeof(*g)) + len(g.contexts)*int(unsafe.Sizeof(given{}))
	for i := range g.levels {
		l := &g.levels[i]
		n += int(unsafe.Sizeof(*l)) + 8*len(l.slots)
		for _, gifts := range l.gives {
			n += 24 + 8*len(gifts)
			for _, one := range gifts {
				if one != nil {
					n += int(unsafe.Sizeof(*one)) + partsMemory(one.parts)
				}
			}
		}
	}
	return n
}

func partsMemory(parts []part) (n int) {
	for i := range parts {
		p := &parts[i]
		n += int(unsafe.Sizeof(*p)) + len(p.text) + len(p.types)
		if p.object != nil {
			n += int(unsafe.Sizeof(*p.object)) + partsMemory(p.object.parts)
		}
	}
	return n
}
