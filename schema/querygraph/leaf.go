package querygraph

import (
	"strconv"
	"strings"
)

// leaf is one leaf of a FieldSet with the way to it: "org { id }" has the leaf
// "org id". Equal leaves of different field sets are one.
type leaf struct {
	field FieldSetField // its Set is of no meaning here
	rest  *leaf         // nil at the end
}

// String writes the leaf as a field set.
func (l *leaf) String() string {
	if l.rest == nil {
		return l.field.Name
	}
	return l.field.Name + " { " + l.rest.String() + " }"
}

// leaves takes field sets apart.
type leaves struct {
	bySet  map[int][]*leaf
	byText map[string]*leaf
}

func (s *leaves) of(set *FieldSet) []*leaf {
	if out, ok := s.bySet[set.ID]; ok {
		return out
	}
	var out []*leaf
	for _, f := range set.Fields {
		if f.Set == nil {
			out = append(out, s.shared(f, nil))
			continue
		}
		for _, rest := range s.of(f.Set) {
			out = append(out, s.shared(f, rest))
		}
	}
	s.bySet[set.ID] = out
	return out
}

func (s *leaves) shared(f FieldSetField, rest *leaf) *leaf {
	l := &leaf{field: f, rest: rest}
	text := l.key()
	if old, ok := s.byText[text]; ok {
		return old
	}
	s.byText[text] = l
	return l
}

// key tells leaves apart. Arguments do not matter for where a field can be had.
func (l *leaf) key() string {
	var b strings.Builder
	for ; l != nil; l = l.rest {
		b.WriteString(l.field.Name)
		if l.field.Types != nil {
			for _, t := range l.field.Types {
				b.WriteByte(':')
				b.WriteString(strconv.Itoa(int(t)))
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}
