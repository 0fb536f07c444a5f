package plan

import "github.com/weftql/weft/router/internal/operation"

// structures numbers what is selected, so that places at which the same is
// selected are planned once. Response keys, conditions and positions in the
// document do not count: they do not bear on which subgraphs to enter.
type structures struct {
	numbers map[string]int
	sets    map[*operation.SelectionSet]int
	key     []byte // scratch
}

func newStructures() structures {
	return structures{numbers: map[string]int{}, sets: map[*operation.SelectionSet]int{}}
}

func (s *structures) number(key []byte) int {
	n, ok := s.numbers[string(key)]
	if !ok {
		n = len(s.numbers) + 1
		s.numbers[string(key)] = n
	}
	return n
}

// ofSet numbers a selection set; 0 is nothing.
func (s *structures) ofSet(set *operation.SelectionSet) int {
	if set == nil {
		return 0
	}
	if n, ok := s.sets[set]; ok {
		return n
	}
	for _, f := range set.Fields {
		s.ofSet(f.Selections)
	}
	key := appendText(s.key[:0], set.Type.Name)
	for _, f := range set.Fields {
		key = appendText(appendText(key, f.Name), argumentText(f.Arguments))
		types := -1 // no types are not all types
		if f.Types != nil {
			types = len(f.Types)
		}
		key = appendInt(key, types)
		for _, t := range f.Types {
			key = appendText(key, t)
		}
		key = appendInt(key, s.ofSet(f.Selections))
	}
	s.key = key
	n := s.number(key)
	s.sets[set] = n
	return n
}

// structureOf numbers what is selected at a site.
func (p *planner) structureOf(set *operation.SelectionSet, typ typeID, types []typeID) int {
	n := p.structures.ofSet(set)
	key := appendInt(appendInt(appendInt(p.structures.key[:0], -1), n), int(typ)) // no set begins with a negative number
	for _, t := range types {
		key = appendInt(key, int(t))
	}
	p.structures.key = key
	return p.structures.number(key)
}
