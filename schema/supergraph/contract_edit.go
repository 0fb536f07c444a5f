package supergraph

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"github.com/weftql/weft/schema/federation"
)

// inaccessibleLocations are where @inaccessible v0.2 may stand.
const inaccessibleLocations = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"

// sdlEditor puts text into SDL behind the directives of elements, and leaves
// every other byte as it is.
type sdlEditor struct {
	sdl    string
	tokens []lexer.Token // without comments
	starts map[int]int   // the index of the token that starts at this rune
	bytes  []int         // the byte at which each rune starts, and the end
	puts   []put
}

type put struct {
	at   int // a byte
	text string
}

func newSDLEditor(src *ast.Source) (*sdlEditor, error) {
	e := &sdlEditor{sdl: src.Input, starts: map[int]int{}}
	for at := range src.Input {
		e.bytes = append(e.bytes, at)
	}
	e.bytes = append(e.bytes, len(src.Input))
	for l := lexer.New(src); ; {
		token, err := l.ReadToken()
		if err != nil {
			return nil, federation.SyntaxError(err, src)
		}
		if token.Kind == lexer.Comment {
			continue
		}
		e.starts[token.Pos.Start] = len(e.tokens)
		e.tokens = append(e.tokens, token)
		if token.Kind == lexer.EOF {
			return e, nil
		}
	}
}

func (e *sdlEditor) String() string {
	slices.SortStableFunc(e.puts, func(a, b put) int { return a.at - b.at })
	var b strings.Builder
	done := 0
	for _, p := range e.puts {
		b.WriteString(e.sdl[done:p.at] + p.text)
		done = p.at
	}
	b.WriteString(e.sdl[done:])
	return b.String()
}

// apply puts a directive behind the last one of an element, whose name stands at
// pos (of the schema definition: what follows the keyword). It gets a line of
// its own where the others have one.
func (e *sdlEditor) apply(pos *ast.Position, kind lexer.Type, text string) {
	at := e.starts[pos.Start]
	if kind == lexer.Name {
		at = e.skipHead(at + 1)
	}
	separator := " "
	for e.tokens[at].Kind == lexer.At {
		if e.tokens[at].Pos.Line > e.tokens[at-1].Pos.Line {
			separator = "\n  "
		}
		at = e.skipParens(at + 2) // "@" and the name
	}
	e.puts = append(e.puts, put{at: e.bytes[e.tokens[at-1].Pos.End], text: separator + text})
}

// skipHead skips what may stand between an element's name and its directives.
func (e *sdlEditor) skipHead(at int) int {
	at = e.skipParens(at) // arguments
	if e.tokens[at].Kind == lexer.Name && e.tokens[at].Value == "implements" {
		for at++; e.tokens[at].Kind == lexer.Amp || e.tokens[at].Kind == lexer.Name; at++ {
			continue
		}
		return at
	}
	if e.tokens[at].Kind != lexer.Colon {
		return at
	}
	for at++; e.tokens[at].Kind == lexer.BracketL; at++ { // the type
		continue
	}
	for at++; e.tokens[at].Kind == lexer.BracketR || e.tokens[at].Kind == lexer.Bang; at++ {
		continue
	}
	if e.tokens[at].Kind == lexer.Equals {
		at = e.skipValue(at + 1)
	}
	return at
}

// skipValue skips a constant.
func (e *sdlEditor) skipValue(at int) int {
	for depth := 0; ; at++ {
		switch e.tokens[at].Kind {
		case lexer.BraceL, lexer.BracketL:
			depth++
		case lexer.BraceR, lexer.BracketR:
			depth--
		case lexer.EOF:
			return at
		}
		if depth == 0 {
			return at + 1
		}
	}
}

// skipParens skips arguments in parentheses, if there are any.
func (e *sdlEditor) skipParens(at int) int {
	if e.tokens[at].Kind != lexer.ParenL {
		return at
	}
	for depth := 0; ; at++ {
		switch e.tokens[at].Kind {
		case lexer.ParenL:
			depth++
		case lexer.ParenR:
			depth--
		case lexer.EOF:
			return at
		}
		if depth == 0 {
			return at + 1
		}
	}
}

// edit writes the contract's SDL.
func (c *contract) edit(src *ast.Source) (string, error) {
	if len(c.added) == 0 {
		return src.Input, nil
	}
	e, err := newSDLEditor(src)
	if err != nil {
		return "", err
	}
	name := c.specs.inaccessible
	if name == "" {
		name = c.freeName()
		c.link(e, name)
	}
	for _, t := range c.types {
		// What is below a hidden element is hidden with it.
		if c.hidden[t.Name] {
			c.mark(e, t.Name, t.Position, name)
			continue
		}
		for _, v := range t.EnumValues {
			c.mark(e, fieldCoordinate(t, v.Name), v.Position, name)
		}
		for _, f := range t.Fields {
			c.mark(e, fieldCoordinate(t, f.Name), f.Position, name)
			for _, a := range f.Arguments {
				if !c.hidden[fieldCoordinate(t, f.Name)] {
					c.mark(e, argumentCoordinate(t, f, a), a.Position, name)
				}
			}
		}
	}
	return e.String(), nil
}

func (c *contract) mark(e *sdlEditor, coordinate string, pos *ast.Position, name string) {
	if c.added[coordinate] {
		e.apply(pos, lexer.Name, "@"+name)
	}
}

// freeName is what the supergraph shall call @inaccessible: its own name, unless
// something else has it.
func (c *contract) freeName() string {
	name := "inaccessible"
	taken := func() bool {
		return c.doc.Directives.ForName(name) != nil ||
			slices.ContainsFunc(c.specs.all, func(l federation.Link) bool { return l.As == name })
	}
	for n := 2; taken(); n++ {
		name = "inaccessible" + strconv.Itoa(n)
	}
	return name
}

// link links the specification of @inaccessible and defines the directive, in
// front of the first one that follows in the order of names.
func (c *contract) link(e *sdlEditor, name string) {
	as := ""
	if name != "inaccessible" {
		as = `, as: "` + name + `"`
	}
	if len(c.doc.Schema) > 0 {
		link := "link"
		for _, l := range c.specs.all {
			if l.Identity == federation.LinkIdentity {
				link = l.DirectiveName("link")
			}
		}
		e.apply(c.doc.Schema[0].Position, lexer.Invalid,
			"@"+link+`(url: "`+federation.InaccessibleIdentity+`/v0.2"`+as+`, for: SECURITY)`)
	}
	definition := "directive @" + name + " on " + inaccessibleLocations + "\n"
	depth := 0
	for i, token := range e.tokens {
		switch {
		case token.Kind == lexer.BraceL:
			depth++
		case token.Kind == lexer.BraceR:
			depth--
		case depth == 0 && token.Kind == lexer.Name && token.Value == "directive" && e.tokens[i+1].Kind == lexer.At &&
			strings.ToLower(e.tokens[i+2].Value) > name:
			first := token
			if i > 0 && (e.tokens[i-1].Kind == lexer.BlockString || e.tokens[i-1].Kind == lexer.String) {
				first = e.tokens[i-1] // its description
			}
			e.puts = append(e.puts, put{at: e.bytes[first.Pos.Start], text: definition + "\n"})
			return
		}
	}
	e.puts = append(e.puts, put{at: len(e.sdl), text: "\n" + definition})
}
