package response

import "unsafe"

// Memory is about how many bytes the layout takes.
func (l *Layout) Memory() int {
	return int(unsafe.Sizeof(*l)) + l.Root.memory(make([]bool, l.Nodes))
}

// memory counts a shape, and those below it that have not been counted.
func (s *Shape) memory(counted []bool) int {
	if s == nil || counted[s.Node] {
		return 0
	}
	counted[s.Node] = true
	n := int(unsafe.Sizeof(*s))
	for i := range s.Variants {
		v := &s.Variants[i]
		n += int(unsafe.Sizeof(*v))
		for k := range v.Fields {
			f := &v.Fields[k]
			n += int(unsafe.Sizeof(*f)) + len(f.key)
			n += f.Shape.memory(counted)
		}
	}
	return n
}

// valueMemory is what one of ProjectionField.Values takes: its place in a map.
const valueMemory = 40

// Memory is about how many bytes the projection takes, with all below it.
func (p *Projection) Memory() int { return p.memory(map[*Projection]bool{}) }

func (p *Projection) memory(counted map[*Projection]bool) int {
	if p == nil || counted[p] {
		return 0
	}
	counted[p] = true
	n := int(unsafe.Sizeof(*p)) + 8*len(p.Overlays) + len(p.Known)
	for i := range p.Fields {
		f := &p.Fields[i]
		n += int(unsafe.Sizeof(*f)) + len(f.key) + len(f.Coordinate) + len(f.Types) + len(f.Constant) + valueMemory*len(f.Values) + f.Object.memory(counted)
	}
	return n
}
