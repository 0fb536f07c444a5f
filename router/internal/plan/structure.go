package plan

import "github.com/weftql/weft/router/internal/operation"

// structures numbers what is selected, so that places at which the same is
// selected are planned once. Response keys, conditions and positions in the
// document do not count: they do not bear on which subgraphs to enter.
type structures struct {
	numbers map[string]int
	sets    map[*operation.SelectionSet]int
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
	var key []byte
	for _, f := range set.Fields {
		below := s.ofSet(f.Selections)
		key = append(append(key, f.Name...), argumentText(f.Arguments)...)
		for _, t := range f.Types {
			key = append(append(key, '|'), t...)
		}
		if f.Types != nil {
			key = append(key, '!') // no types are not all types
		}
		key = append(appendInt(append(key, '#'), below), ' ')
	}
	n := s.number(append(key, set.Type.Name...))
	s.sets[set] = n
	return n
}

// structureOf numbers what is selected at a site.
func (p *planner) structureOf(set *operation.SelectionSet, typ typeID, types []typeID) int {
	key := appendInt(append(appendInt(nil, p.structures.ofSet(set)), '@'), int(typ))
	for _, t := range types {
		key = appendInt(append(key, ','), int(t))
	}
	return p.structures.number(key)
}
