package federation

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// SyntaxError turns the parser's error about a source into an [*Error] with the
// code INVALID_GRAPHQL and the place. It names what stands there, not only which
// kind of token it is.
func SyntaxError(err error, src *ast.Source) *Error {
	out := &Error{Code: CodeInvalidGraphQL, Message: "syntax error: " + err.Error(), Position: &ast.Position{Line: 1, Column: 1, Src: src}}
	var gqlErr *gqlerror.Error
	if !errors.As(err, &gqlErr) {
		return out
	}
	out.Message = "syntax error: " + gqlErr.Message
	if len(gqlErr.Locations) == 0 {
		return out
	}
	// The parser's column of a block string of several lines can be negative.
	out.Position.Line, out.Position.Column = gqlErr.Locations[0].Line, max(1, gqlErr.Locations[0].Column)
	before, after := around(src.Input, out.Position)
	if parts := expected.FindStringSubmatch(gqlErr.Message); parts != nil {
		out.Message = fmt.Sprintf("syntax error: expected %s, found %s", token(parts[1], ""), token(parts[2], after))
		if parts[1] == ":" && slices.Contains(definitionKeywords, before) {
			out.Message += fmt.Sprintf("; is the \"}\" missing that ends the definition before this %q?", before)
		}
	} else if parts := unexpected.FindStringSubmatch(gqlErr.Message); parts != nil {
		out.Message = "syntax error: unexpected " + token(parts[1], after)
	}
	return out
}

// What the parser says, in its own words.
var (
	expected   = regexp.MustCompile(`^Expected (.+), found (.+)$`)
	unexpected = regexp.MustCompile(`^Unexpected (.+)$`)
	leading    = regexp.MustCompile(`^[A-Za-z0-9_.+-]+`)
)

var definitionKeywords = []string{"type", "interface", "union", "enum", "input", "scalar", "directive", "extend", "schema"}

// token says which token is meant: the parser gives its kind, sometimes with its
// value; text is what stands there.
func token(kind, text string) string {
	name, _, _ := strings.Cut(kind, " ")
	switch written := leading.FindString(text); {
	case name == "<EOF>":
		return "the end of the file"
	case name == "<Invalid>":
		if first := []rune(strings.TrimSpace(text)); len(first) > 0 {
			return fmt.Sprintf("the character %q", string(first[:1]))
		}
		return "a string that does not end"
	case name == "String" || name == "BlockString":
		return "a string"
	case written != "" && (name == "Name" || name == "Int" || name == "Float"):
		return fmt.Sprintf("%q", written)
	case name == "Name":
		return "a name"
	case strings.HasPrefix(kind, `"`):
		return kind
	}
	return fmt.Sprintf("%q", kind)
}

// around returns the word before a place on its line, and the text from it on.
func around(text string, at *ast.Position) (before, after string) {
	lines := strings.SplitAfter(text, "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return "", ""
	}
	line := []rune(lines[at.Line-1])
	column := min(max(at.Column-1, 0), len(line))
	if words := strings.Fields(string(line[:column])); len(words) > 0 {
		before = words[len(words)-1]
	}
	return before, string(line[column:])
}
