package cache

import (
	"errors"
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// Sightings remembers which texts were seen lately, so that only what comes a
// second time is kept: a stream of texts that come once each then drops nothing
// that is of use. It is safe for concurrent use. Make one with NewSightings.
type Sightings struct {
	seed maphash.Seed
	// hashes are of the texts that were seen last, each at the place that its own
	// bits give. Two texts with one hash are taken for one, and the second is kept
	// a little early; that is all that depends on hashes.
	hashes []atomic.Uint64
}

// NewSightings returns an empty memory for about so many texts, of 8 bytes each.
func NewSightings(texts int) (*Sightings, error) {
	if texts < 1 {
		return nil, errors.New("cache: the number of sightings has to be positive")
	}
	return &Sightings{seed: maphash.MakeSeed(), hashes: make([]atomic.Uint64, 1<<bits.Len(uint(texts-1)))}, nil
}

// Again notes that a text was seen, and tells whether it was seen before.
func (s *Sightings) Again(text []byte) bool {
	hash := maphash.Bytes(s.seed, text)
	return s.hashes[hash%uint64(len(s.hashes))].Swap(hash) == hash
}
