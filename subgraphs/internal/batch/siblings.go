package batch

import "sync"

// Siblings knows which keys were read together. The zero value knows of none; it
// is safe for concurrent use.
type Siblings[K comparable] struct {
	mu sync.Mutex
	// added are groups that nobody has asked about yet.
	added []func() []K
	// largest is, for each key, the largest group that it is in, by different keys.
	largest map[K][]K
}

// Add makes the keys siblings. The function is called when somebody asks for one
// of them, if ever; a key may be there twice.
func (s *Siblings[K]) Add(keys func() []K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added = append(s.added, keys)
}

// Of returns key's siblings, key among them; nil if it has none. The result must
// not be changed.
func (s *Siblings[K]) Of(key K) []K {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.largest == nil {
		s.largest = map[K][]K{}
	}
	for _, keys := range s.added {
		group := distinct(keys())
		for _, k := range group {
			if len(s.largest[k]) < len(group) {
				s.largest[k] = group
			}
		}
	}
	s.added = nil
	return s.largest[key]
}

// distinct returns each key once: a few people who are named on thousands of rows
// are no larger group than those of one team.
func distinct[K comparable](keys []K) []K {
	seen := make(map[K]struct{}, len(keys))
	once := make([]K, 0, len(keys))
	for _, key := range keys {
		if _, again := seen[key]; !again {
			seen[key] = struct{}{}
			once = append(once, key)
		}
	}
	return once
}
