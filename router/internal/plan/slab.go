package plan

import "unsafe"

// memory is what planning one operation works with.
type memory struct {
	sites       slab[site]
	demands     slab[demand]
	demandLists slab[*demand]
	types       slab[typeID]
	fields      slab[fieldID]
	indices     slab[int]
	bools       slab[bool]
	entries     slab[entry]
	choices     slab[choice]
	locations   slab[location]
	leaves      slab[[]location]
	groups      slab[[]group]
	groupLists  slab[group]
	lookups     slab[lookup]
	needs       slab[[]needed]
	residencies slab[residency]
	sets        slab[selectionSet]
	selections  slab[selection]
	steps       slab[step]
	sources     slab[Source]
}

// slab hands out short slices of long ones. Planning makes thousands of them, and
// all live as long as it does; what the plan keeps is not among them.
type slab[T any] struct {
	free []T
	size int // of the last long one
}

// The long slices grow from smallestSlab values to largestSlab bytes, so that
// little is left over of the last one.
const (
	smallestSlab = 4
	largestSlab  = 4096
)

// take gives n zero values; appending to them makes a copy.
func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		largest := largestSlab / int(unsafe.Sizeof(*new(T)))
		s.size = max(min(2*s.size, largest), smallestSlab)
		s.free = make([]T, max(n, s.size))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// one gives a zero value.
func (s *slab[T]) one() *T { return &s.take(1)[0] }

// keep copies a list that is scratch.
func (s *slab[T]) keep(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	out := s.take(len(list))
	copy(out, list)
	return out
}
