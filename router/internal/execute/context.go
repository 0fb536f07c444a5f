package execute

import (
	"encoding/binary"

	"github.com/weftql/weft/router/internal/response"
)

// contextState is what a fetch needs memory for while it finds out what objects
// above give.
type contextState struct {
	// values tell equal values of a context apart; text holds them.
	values []table
	text   []byte
	// numbers and next hold, by context, a number for each object of a level and of
	// the next one: 0 for those that are given nothing.
	numbers, next [][]int32
	// tuples tell combinations of numbers apart.
	tuples    table
	tupleText []byte
	// combination holds the combination of each object at the target.
	combination []int32

	contextualState
}

// contexts makes sure that there is memory, which is kept for the next request.
func contextsIn(state **contextState) *contextState {
	if *state == nil {
		*state = &contextState{}
	}
	return *state
}

// lacking is the number of an object that is not given what it must be given.
const lacking = -1

// give finds what the objects at the target of a giving are given: for each a
// number of the combination, or lacking. It returns how many combinations there
// are.
func (r *run) give(c *contextState, g *giving) (combinations int) {
	c.reset(len(g.contexts))
	for i := range g.levels {
		l := &g.levels[i]
		r.giveLevel(c, g, l, i)
		if i+1 < len(g.levels) {
			r.giveDown(c, g, l, &g.levels[i+1])
		}
	}
	_, bases := r.objects(&g.levels[len(g.levels)-1])
	return c.combine(g, len(bases))
}

func (c *contextState) reset(contexts int) {
	for len(c.values) < contexts {
		c.values = append(c.values, table{})
		c.numbers, c.next = append(c.numbers, nil), append(c.next, nil)
	}
	for i := range c.values {
		c.values[i].reset()
		c.numbers[i] = c.numbers[i][:0]
	}
	c.tuples.reset()
	c.text, c.tupleText, c.combination = c.text[:0], c.tupleText[:0], c.combination[:0]
}

// giveLevel notes what the objects of a level give themselves, in place of what
// they are given. The highest level is the first.
func (r *run) giveLevel(c *contextState, g *giving, l *level, index int) {
	doc, bases := r.objects(l)
	for ordinal := range max(len(bases), 1) {
		if !l.root && ordinal == len(bases) {
			return
		}
		base := 0
		if !l.root {
			base = int(bases[ordinal])
		}
		variant, known := 0, true
		if l.typed {
			variant, known = r.variant(l.typing, doc, base)
		}
		for i := range g.contexts {
			if index == 0 {
				c.numbers[i] = append(c.numbers[i], 0)
			}
			if l.gives[i] == nil || !known || l.gives[i][variant] == nil {
				continue
			}
			if g.contexts[i].byObject {
				start := len(c.text)
				c.text = binary.LittleEndian.AppendUint64(c.text, uint64(index)<<32|uint64(ordinal))
				number, _ := c.values[i].number(c.text, start)
				c.numbers[i][ordinal] = number + 1
				continue
			}
			c.numbers[i][ordinal] = r.giftNumber(c, i, g.contexts[i].nonNull, l.gives[i][variant], l, doc, base, variant)
		}
	}
}

// objects are those of a level.
func (r *run) objects(l *level) (*response.Document, []uint32) {
	if l.root {
		return r.states[l.fetch].doc, nil
	}
	s := &r.states[l.site.fetch]
	return s.doc, s.instances(l.site.shape)
}

// giftNumber numbers the value that an object gives.
func (r *run) giftNumber(c *contextState, context int, nonNull uint64, one *gift, l *level, doc *response.Document, base, variant int) int32 {
	start := len(c.text)
	var ok bool
	if l.root {
		c.text, ok = r.rootGift(c.text, one, nonNull)
	} else {
		c.text, ok = r.gift(c.text, one.parts, doc, base, variant, 0, nonNull)
	}
	if !ok {
		c.text = append(c.text[:start], "null"...)
		if nonNull&1 != 0 {
			c.text = c.text[:start]
			return lacking
		}
	}
	number, isNew := c.values[context].number(c.text, start)
	if !isNew {
		c.text = c.text[:start]
	}
	return number + 1
}

// rootGift appends what the root gives: it has one type, so its first part is the
// one. Its views are documents of their own, and what is the overlay elsewhere is
// the view there.
func (r *run) rootGift(text []byte, one *gift, nonNull uint64) ([]byte, bool) {
	if len(one.parts) == 0 {
		return nullGift(text, 0, nonNull)
	}
	p := &one.parts[0]
	if p.constant {
		return append(text, p.text[len(`,"__typename":`):]...), true
	}
	s := &r.states[r.program.roots[p.ref.overlay]]
	if !s.hasData() {
		return nullGift(text, 0, nonNull)
	}
	return r.giftValue(text, p, s.doc, s.doc.Field(s.doc.Data().Offset(), p.ref.slot), 0, nonNull)
}

// gift appends the value that an object gives: the leaf of the first part that
// concerns its type. level counts the lists around it. It returns false if there
// is a null where the argument's type has none.
func (r *run) gift(text []byte, parts []part, doc *response.Document, base, variant, level int, nonNull uint64) ([]byte, bool) {
	for i := range parts {
		p := &parts[i]
		if p.types != nil && !p.types[variant] {
			continue
		}
		if p.constant {
			return append(text, p.text[len(`,"__typename":`):]...), true
		}
		from, object := r.view(p.ref.overlay, doc, base)
		if object < 0 {
			break
		}
		return r.giftValue(text, p, from, from.Field(object, p.ref.slot), level, nonNull)
	}
	return nullGift(text, level, nonNull)
}

func nullGift(text []byte, level int, nonNull uint64) ([]byte, bool) {
	return append(text, "null"...), nonNull>>level&1 == 0
}

func (r *run) giftValue(text []byte, p *part, doc *response.Document, s response.Slot, level int, nonNull uint64) ([]byte, bool) {
	switch s.Tag() {
	case response.Raw:
		return append(text, doc.Bytes(s)...), true
	case response.Array:
		text = append(text, '[')
		for i := range s.Len() {
			if i > 0 {
				text = append(text, ',')
			}
			var ok bool
			if text, ok = r.giftValue(text, p, doc, doc.Item(s, i), level+1, nonNull); !ok {
				return text, false
			}
		}
		return append(text, ']'), true
	case response.Object:
		variant, ok := 0, true
		if p.object.typed {
			variant, ok = r.variant(p.object.typing, doc, s.Offset())
		}
		if ok {
			return r.gift(text, p.object.parts, doc, s.Offset(), variant, level, nonNull)
		}
	}
	return nullGift(text, level, nonNull)
}

// giveDown passes the numbers of a level's objects on to the objects below.
func (r *run) giveDown(c *contextState, g *giving, l, next *level) {
	below := &r.states[next.site.fetch]
	n := len(below.instances(next.site.shape))
	for i := range g.contexts {
		c.next[i] = filled(c.next[i], n, 0)
	}
	doc, bases := r.objects(l)
	if l.root && below.hasData() {
		for _, slot := range l.slots {
			giveValue(c, 0, below.doc, below.doc.Field(below.doc.Data().Offset(), slot))
		}
	}
	for ordinal, base := range bases {
		from, object := r.view(l.below, doc, int(base))
		if object < 0 {
			continue
		}
		for _, slot := range l.slots {
			giveValue(c, ordinal, from, from.Field(object, slot))
		}
	}
	c.numbers, c.next = c.next, c.numbers
}

// giveValue passes an object's numbers on to the objects in one of its values.
func giveValue(c *contextState, giver int, doc *response.Document, s response.Slot) {
	switch s.Tag() {
	case response.Object:
		ordinal := doc.Ordinal(s.Offset())
		for i := range c.next { // those of other givings are shorter
			if giver < len(c.numbers[i]) && ordinal < len(c.next[i]) {
				c.next[i][ordinal] = c.numbers[i][giver]
			}
		}
	case response.Array:
		for i := range s.Len() {
			giveValue(c, giver, doc, doc.Item(s, i))
		}
	}
}

// combine numbers the combinations.
func (c *contextState) combine(g *giving, objects int) int {
	for ordinal := range objects {
		start := len(c.tupleText)
		complete := true
		for i := range g.contexts {
			number := c.numbers[i][ordinal]
			complete = complete && number != lacking && (number != 0 || g.contexts[i].nonNull&1 == 0)
			c.tupleText = binary.LittleEndian.AppendUint32(c.tupleText, uint32(number))
		}
		if !complete {
			c.tupleText = c.tupleText[:start]
			c.combination = append(c.combination, lacking)
			continue
		}
		number, isNew := c.tuples.number(c.tupleText, start)
		if !isNew {
			c.tupleText = c.tupleText[:start]
		}
		c.combination = append(c.combination, number)
	}
	return len(c.tuples.spans)
}

// appendValue appends a context's value in a combination.
func (c *contextState) appendValue(dst []byte, combination, context int) []byte {
	at := c.tuples.spans[combination].start + 4*context
	number := binary.LittleEndian.Uint32(c.tupleText[at:])
	if number == 0 {
		return append(dst, "null"...)
	}
	s := c.values[context].spans[number-1]
	return append(dst, c.text[s.start:s.end]...)
}

// filled returns memory with n times a value.
func filled(memory []int32, n int, value int32) []int32 {
	memory = memory[:0]
	for range n {
		memory = append(memory, value)
	}
	return memory
}

// memory is how many bytes are held on to.
func (c *contextState) memory() int {
	if c == nil {
		return 0
	}
	n := cap(c.text) + cap(c.tupleText) + cap(c.lists) + 4*(cap(c.combination)+cap(c.first)+cap(c.following)+cap(c.bases)) + 4*cap(c.tuples.slots)
	for i := range c.values {
		n += 4 * (cap(c.values[i].slots) + cap(c.numbers[i]) + cap(c.next[i]))
	}
	return n
}
