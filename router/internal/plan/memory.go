package plan

import "unsafe"

// Memory is about how many bytes the plan takes, for those who keep plans.
func (p *Plan) Memory() int {
	n := int(unsafe.Sizeof(*p)) + 8*(len(p.Fetches)+len(p.Positions))
	for _, f := range p.Fetches {
		n += int(unsafe.Sizeof(*f)) + len(f.Text) + len(f.Name) + names(f.Variables) + 8*(len(f.DependsOn)+len(f.Defers)) + f.Condition.memory() + selectionsMemory(f.Selections)
		for i := range f.Entities {
			n += f.Entities[i].memory()
		}
	}
	for _, pos := range p.Positions {
		n += int(unsafe.Sizeof(*pos)) + names(pos.Path) + 8*len(pos.Sources)
		for i := range pos.Fields {
			f := &pos.Fields[i]
			n += int(unsafe.Sizeof(*f)) + names(f.Types) + 8*len(f.Defers) + f.Condition.memory()
		}
	}
	for _, d := range p.Defers {
		n += int(unsafe.Sizeof(d)) + names(d.Path)
	}
	return n
}

// names counts a list of strings that share their bytes with others.
func names(list []string) int { return len(list) * int(unsafe.Sizeof("")) }

func (c Condition) memory() (n int) {
	for _, tests := range c {
		n += int(unsafe.Sizeof(tests)) + len(tests)*int(unsafe.Sizeof(Test{}))
	}
	return n
}

func selectionsMemory(list []Selection) (n int) {
	for i := range list {
		s := &list[i]
		n += int(unsafe.Sizeof(*s)) + len(s.Key) + names(s.Types) + 8*len(s.Positions) + selectionsMemory(s.Selections)
	}
	return n
}

func (e *Entities) memory() int {
	n := int(unsafe.Sizeof(*e)) + len(e.Key) + len(e.Variable) + selectionsMemory(e.Selections)
	for _, t := range e.Targets {
		n += int(unsafe.Sizeof(t))
		for i := range t.Representations {
			r := &t.Representations[i]
			n += int(unsafe.Sizeof(*r)) + names(r.Types) + representationMemory(r.Fields)
		}
	}
	for _, list := range [][]Context{e.Contexts, e.Apart} {
		for i := range list {
			n += int(unsafe.Sizeof(list[i])) + len(list[i].Variable)
			for _, g := range list[i].Givers {
				n += int(unsafe.Sizeof(g)) + names(g.Types) + representationMemory(g.Fields)
			}
		}
	}
	return n
}

func representationMemory(fields []RepresentationField) (n int) {
	for i := range fields {
		f := &fields[i]
		n += int(unsafe.Sizeof(*f)) + names(f.Types) + representationMemory(f.Fields)
	}
	return n
}
