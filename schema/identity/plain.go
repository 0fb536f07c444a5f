package identity

import "strconv"

// plain reads JSON that has no spaces, and strings that are ASCII and have no
// escapes. Whatever else it meets makes it fail, once and for all.
type plain struct {
	rest   []byte
	failed bool
}

// is tells whether c comes next, and passes over it.
func (p *plain) is(c byte) bool {
	if p.failed || len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// more tells whether a comma comes next, behind which there is another member or
// element, and passes over it, or over the end, which must come next otherwise.
func (p *plain) more(end byte) bool {
	if p.is(',') {
		return true
	}
	if !p.is(end) {
		p.failed = true
	}
	return false
}

// text reads a string.
func (p *plain) text() []byte {
	if !p.is('"') {
		p.failed = true
		return nil
	}
	for i, c := range p.rest {
		switch {
		case c == '"':
			text := p.rest[:i]
			p.rest = p.rest[i+1:]
			return text
		case c < ' ' || c > '~' || c == '\\':
			p.failed = true
			return nil
		}
	}
	p.failed = true
	return nil
}

// texts reads a list of at least one string.
func (p *plain) texts() (all []string) {
	if !p.is('[') {
		p.failed = true
	}
	for more := !p.failed; more; more = p.more(']') {
		all = append(all, string(p.text()))
	}
	return all
}

// integer reads a number without sign, fraction and exponent that has at most 18
// digits.
func (p *plain) integer() int64 {
	n := 0
	for n < len(p.rest) && '0' <= p.rest[n] && p.rest[n] <= '9' {
		n++
	}
	value, err := strconv.ParseInt(string(p.rest[:n]), 10, 64)
	if err != nil || n > 18 || n > 1 && p.rest[0] == '0' {
		p.failed = true
		return 0
	}
	p.rest = p.rest[n:]
	return value
}
