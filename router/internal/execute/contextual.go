package execute

import (
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unique"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// maxCombinations is for how many combinations of contextual arguments' values one
// request asks. Fields of objects beyond them are null, with an error.
const maxCombinations = 1 << maxCombinationBits

const maxCombinationBits = 10

// What the Index of a contextual lookup's overlay holds of objects that have no
// entity: which reason there is, or, once the answer is there, that the entity is
// no object; then its number is subtracted.
const (
	withoutValue int32 = -2 - iota
	beyondBound
	withoutObject
)

// contextualState is what a contextual fetch needs memory for.
type contextualState struct {
	// first and following chain the objects of a combination.
	first, following []int32
	// lists holds the representations, sent which combinations they are of.
	lists []byte
	sent  []sentList
	// bases holds for each entity where it stands, or that it does not.
	bases []int32
}

// sentList is the representations of one combination.
type sentList struct {
	combination int
	text        span // of contextualState.lists
	// entities is the number of the first of them, count how many there are.
	entities, count int
}

// contextualBody writes a request with a list of representations for each
// combination of values, so that the work grows with the number of objects, however
// the values are spread.
func (r *run) contextualBody(f *fetch, s *fetchState) {
	x := f.contextual
	c := contextsIn(&s.contexts)
	c.chain(r.give(c, x.giving))
	t := x.lookup.targets[0]
	present := r.present(t)
	index := r.newIndex(t)
	c.lists, c.sent = c.lists[:0], c.sent[:0]
	total := 0
	for combination := range c.first {
		list := sentList{combination: combination, text: span{start: len(c.lists)}, entities: total}
		c.lists, list.count = r.representGroup(s, t, present, index, c, combination, total, c.lists)
		switch {
		case list.count == 0:
		case len(c.sent) == maxCombinations:
			c.lists = c.lists[:list.text.start]
			for ordinal := c.first[combination]; ordinal >= 0; ordinal = c.following[ordinal] {
				if index[ordinal] >= 0 {
					index[ordinal] = beyondBound
				}
			}
		default:
			list.text.end = len(c.lists)
			c.sent = append(c.sent, list)
			total += list.count
		}
	}
	site := &r.states[t.site.fetch]
	bases := site.instances(t.site.shape)
	for ordinal, combination := range c.combination {
		if combination == lacking && (present == nil || present[ordinal]) {
			start := len(c.lists)
			if _, sendable := r.representation(c.lists, t.program, site.doc, int(bases[ordinal])); sendable {
				index[ordinal] = withoutValue
			}
			c.lists = c.lists[:start]
		}
	}
	r.emitter.Overlays[t.overlay].Index = index
	s.sent = append(s.sent, total)
	s.request.Body = x.request(s.request.Body[:0], f, c, r.input.Variables)
}

// newIndex returns the index of a target's overlay, in which nobody is sent.
func (r *run) newIndex(t *target) []int32 {
	n := len(r.states[t.site.fetch].instances(t.site.shape))
	return filled(r.emitter.Overlays[t.overlay].Index, n, nobody)
}

// representGroup appends the representations of the objects of a combination, as
// entities from a number on, and returns how many there are.
func (r *run) representGroup(s *fetchState, t *target, present []bool, index []int32, c *contextState, combination, from int, body []byte) ([]byte, int) {
	s.table.reset()
	site := &r.states[t.site.fetch]
	bases := site.instances(t.site.shape)
	for ordinal := c.first[combination]; ordinal >= 0; ordinal = c.following[ordinal] {
		if present != nil && !present[ordinal] {
			continue
		}
		var number int32
		if body, number = r.representObject(s, t, body, site.doc, int(bases[ordinal])); number >= 0 {
			index[ordinal] = int32(from) + number
		}
	}
	return body, len(s.table.spans)
}

// representApart does what represent does, for objects of which those that are
// sent alike are not the same.
func (r *run) representApart(s *fetchState, l *lookup, body []byte) ([]byte, int) {
	c := contextsIn(&s.contexts)
	c.chain(r.give(c, l.apart))
	t := l.targets[0]
	present, index, total := r.present(t), r.newIndex(t), 0
	for combination := range c.first {
		if total > 0 {
			body = append(body, ',')
		}
		var n int
		if body, n = r.representGroup(s, t, present, index, c, combination, total, body); n == 0 && total > 0 {
			body = body[:len(body)-1]
		}
		total += n
	}
	r.emitter.Overlays[t.overlay].Index = index
	return body, total
}

// chain lists the objects of each combination, in their order.
func (c *contextState) chain(combinations int) {
	c.first, c.following = filled(c.first, combinations, -1), filled(c.following, len(c.combination), -1)
	for ordinal, combination := range slices.Backward(c.combination) {
		if combination >= 0 {
			c.following[ordinal] = c.first[combination]
			c.first[combination] = int32(ordinal)
		}
	}
}

// request writes the request's body.
func (x *contextual) request(body []byte, f *fetch, c *contextState, variables map[string]json.RawMessage) []byte {
	several := len(c.sent) > 1
	if several {
		body = append(append(body, `{"query":"`...), x.start...)
		for i := range c.sent {
			if i > 0 {
				body = append(body, ',')
			}
			body = x.declarations.append(body, x.separator, i)
		}
		body = append(body, x.end...)
		for i := range c.sent {
			body = append(strconv.AppendInt(append(body, '_'), int64(i), 10), ':')
			body = x.field.append(body, x.separator, i)
		}
		body = append(append(body, `}"`...), f.text.name...)
		body = f.text.clientVariables(append(body, `,"variables":{`...), variables)
	} else {
		body = f.text.begin(body, variables)
	}
	name := func(variable string, i int) {
		if body[len(body)-1] != '{' {
			body = append(body, ',')
		}
		body = append(append(body, '"'), variable...)
		if several {
			body = strconv.AppendInt(append(body, x.separator...), int64(i), 10)
		}
		body = append(body, `":`...)
	}
	for i := range c.sent {
		list := &c.sent[i]
		name(x.representations, i)
		body = append(append(append(body, '['), c.lists[list.text.start:list.text.end]...), ']')
		for k := range x.variables {
			name(x.variables[k], i)
			body = c.appendValue(body, list.combination, k)
		}
	}
	return f.text.end(body)
}

func (t template) append(body []byte, separator string, number int) []byte {
	for i, text := range t {
		body = append(body, text...)
		if i < len(t)-1 {
			body = strconv.AppendInt(append(body, separator...), int64(number), 10)
		}
	}
	return body
}

// layouts are those of the answers to a contextual fetch, by how many lists of
// entities there are, rounded up to a power of two. They are made when they are
// needed first.
type layouts struct {
	one    *parser
	entity *response.Shape
	nodes  int
	poison *bool
	made   []layoutOf
}

type layoutOf struct {
	once   sync.Once
	parser *parser
}

func (l *layouts) init(c *compiler, f *fetch, lookup *lookup) {
	l.one, l.nodes, l.poison = f.parser, f.layout.Nodes, &c.program.poison
	l.entity = f.layout.Root.Variants[0].Fields[lookup.slot-1].Shape
	l.made = make([]layoutOf, maxCombinationBits+1)
}

// parser reads an answer with a number of lists.
func (l *layouts) parser(lists int) *parser {
	if lists <= 1 {
		return l.one
	}
	size := bits.Len(uint(lists - 1))
	m := &l.made[size]
	m.once.Do(func() {
		root := &response.Shape{Node: 0, Size: 1 + 1<<size}
		var fields []response.ShapeField
		for i := range 1 << size {
			fields = append(fields, response.NewShapeField("_"+strconv.Itoa(i), 1+i, 1, response.Any, l.entity))
		}
		root.Variants = []response.Variant{{Type: "Query", Fields: fields}}
		layout := &response.Layout{Root: root, Nodes: l.nodes}
		m.parser = &parser{layout: layout, key: unique.Make(layout.Text()), poison: l.poison}
	})
	return m.parser
}

// attachContextual tells a contextual lookup's overlay where the entities stand.
func (r *run) attachContextual(f *fetch, s *fetchState) {
	x, c := f.contextual, s.contexts
	o := &r.emitter.Overlays[x.lookup.targets[0].overlay]
	o.Document, o.Cause = s.doc, s.cause()
	if c == nil { // the fetch was not made
		return
	}
	c.bases = c.bases[:0]
	var failed, invalid *response.Failure
	for i := range c.sent {
		list, entities := &c.sent[i], response.Slot(0)
		if s.failure == nil {
			l := *x.lookup
			l.slot = 1 + i
			var failure *response.Failure
			if entities, failure = r.entities(f, s, &l, list.count); failure != nil && failed == nil {
				failed = failure
				s.partial = append(s.partial, failure)
				o.Cause.Failure = failure
			}
		}
		for k := range list.count {
			base := withoutObject - int32(list.entities+k)
			if k < entities.Len() {
				switch item := s.doc.Item(entities, k); item.Tag() {
				case response.Object:
					base = int32(item.Offset())
				case response.Invalid:
					if invalid == nil {
						invalid = r.invalidEntities(f, s, x.lookup)
					}
					r.mark(x.lookup, base, invalid, nil)
				}
			}
			c.bases = append(c.bases, base)
		}
	}
	for ordinal, entity := range o.Index {
		if entity >= 0 {
			o.Index[ordinal] = c.bases[entity]
		}
	}
	r.explainMissing(o, x)
}

// explainMissing tells why objects have not been looked up.
func (r *run) explainMissing(o *response.Overlay, x *contextual) {
	explain := func(index int32, format string, args ...any) {
		if !slices.Contains(o.Index, index) {
			return
		}
		if o.Causes == nil {
			o.Causes = map[int32]response.Cause{}
		}
		o.Causes[index] = response.Cause{Failure: &response.Failure{Error: gqlerror.Error{
			Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": CodeContext},
		}}}
	}
	explain(withoutValue, "there is no value for the contextual argument %s, which needs one", strings.Join(neededContexts(x.lookup.plan.Contexts), " or "))
	explain(beyondBound, "contextual arguments have more than %d combinations of values here", maxCombinations)
}

// neededContexts names the arguments that must not be null.
func neededContexts(contexts []plan.Context) []string {
	var out []string
	for i := range contexts {
		if name := strconv.Quote(contexts[i].Argument); contexts[i].Type.NonNull && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// entityAt is fetch.entityAt for a contextual fetch; in place of the entity's index
// it returns what the overlay's Index has for it.
func (x *contextual) entityAt(s *fetchState, path []json.RawMessage) (*lookup, int) {
	if len(path) < 2 {
		return nil, 0
	}
	key, _, _ := pathElement(path[0])
	_, entity, isIndex := pathElement(path[1])
	list := 0
	if len(s.contexts.sent) > 1 {
		number, numbered := strings.CutPrefix(key, "_")
		var err error
		if list, err = strconv.Atoi(number); err != nil || !numbered {
			return nil, 0
		}
	} else if key != x.lookup.plan.Key {
		return nil, 0
	}
	if !isIndex || entity < 0 || entity > math.MaxInt32 || list < 0 || list >= len(s.contexts.sent) || entity >= s.contexts.sent[list].count {
		return nil, 0
	}
	return x.lookup, int(s.contexts.bases[s.contexts.sent[list].entities+entity])
}
