package federation

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// FieldSet is the parsed `fields` argument of @key, @requires or @provides (and
// of their join__ counterparts): a selection set without its outer braces, made
// of [*ast.Field] and [*ast.InlineFragment]. It carries no types; whether the
// fields exist is for its user to check. Treat it as read only.
//
// Federation 2 §FieldSet.
type FieldSet ast.SelectionSet

// maxFieldSetTokens bounds the work that one field set can cause.
const maxFieldSetTokens = 20_000

// ParseFieldSet reads a field set such as `id organization { id }`. Outer
// braces are accepted as well. It rejects what cannot be a selection set
// (syntax errors, an empty set, variables, fragment spreads); aliases, arguments
// and directives are kept, because which of them is allowed depends on the
// directive. Positions inside the result count from the start of the text.
func ParseFieldSet(text string) (FieldSet, error) {
	if set := plainFieldSet(text); set != nil {
		return set, nil
	}
	source := strings.TrimSpace(text)
	if !strings.HasPrefix(source, "{") {
		source = "{" + text + "}"
	}
	if strings.Trim(source, "{} \t\r\n,") == "" {
		return nil, fmt.Errorf("field set %q: it selects nothing", text)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "fields", Input: source}, maxFieldSetTokens)
	if err != nil {
		var gqlErr *gqlerror.Error
		if errors.As(err, &gqlErr) {
			err = errors.New(gqlErr.Message)
		}
		return nil, fmt.Errorf("field set %q: %w", text, err)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, fmt.Errorf("field set %q: it must be one selection set", text)
	}
	set := doc.Operations[0].SelectionSet
	if err := checkFieldSet(set); err != nil {
		return nil, fmt.Errorf("field set %q: %w", text, err)
	}
	return FieldSet(set), nil
}

// plainFieldSet reads a field set of nothing but names and spaces, which most
// are, as the parser does but in a fraction of its time; nil if it is another.
func plainFieldSet(text string) FieldSet {
	count := 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c == ' ':
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			if i == 0 || text[i-1] == ' ' {
				count++
			}
		case '0' <= c && c <= '9' && i > 0 && text[i-1] != ' ':
		default:
			return nil
		}
	}
	if count == 0 || count > maxFieldSetTokens/2 {
		return nil
	}
	fields, positions := make([]ast.Field, count), make([]ast.Position, count)
	src := &ast.Source{Name: "fields", Input: "{" + text + "}"}
	set := make(FieldSet, count)
	end := 0
	for i := range set {
		start := end
		for text[start] == ' ' {
			start++
		}
		end = start
		for end < len(text) && text[end] != ' ' {
			end++
		}
		const brace, first = 1, 1
		positions[i] = ast.Position{Start: start + brace, End: end + brace, Line: first, Column: start + brace + first, Src: src}
		fields[i] = ast.Field{Alias: text[start:end], Name: text[start:end], Position: &positions[i]}
		set[i] = &fields[i]
	}
	return set
}

func checkFieldSet(set ast.SelectionSet) error {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			for _, arg := range sel.Arguments {
				if hasVariable(arg.Value) {
					return fmt.Errorf("the argument %q of field %q uses a variable", arg.Name, sel.Name)
				}
			}
			if err := checkFieldSet(sel.SelectionSet); err != nil {
				return err
			}
		case *ast.InlineFragment:
			if err := checkFieldSet(sel.SelectionSet); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			return fmt.Errorf("the fragment spread %q is not allowed", "..."+sel.Name)
		}
	}
	return nil
}

func hasVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, child := range v.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// String prints the field set on one line with single spaces, as in
// `id organization { id }` and `... on Book { isbn }`. The order of the
// selections is kept. Parsing the result gives an equal field set.
func (s FieldSet) String() string {
	var b strings.Builder
	writeSelections(&b, ast.SelectionSet(s))
	return b.String()
}

func writeSelections(b *strings.Builder, set ast.SelectionSet) {
	for i, sel := range set {
		if i > 0 {
			b.WriteByte(' ')
		}
		var sub ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Alias != "" && sel.Alias != sel.Name {
				b.WriteString(sel.Alias + ": ")
			}
			b.WriteString(sel.Name)
			writeArguments(b, sel.Arguments)
			writeDirectives(b, sel.Directives)
			sub = sel.SelectionSet
		case *ast.InlineFragment:
			b.WriteString("...")
			if sel.TypeCondition != "" {
				b.WriteString(" on " + sel.TypeCondition)
			}
			writeDirectives(b, sel.Directives)
			sub = sel.SelectionSet
		}
		if len(sub) > 0 {
			b.WriteString(" { ")
			writeSelections(b, sub)
			b.WriteString(" }")
		}
	}
}

func writeDirectives(b *strings.Builder, list ast.DirectiveList) {
	for _, d := range list {
		b.WriteString(" @" + d.Name)
		writeArguments(b, d.Arguments)
	}
}

func writeArguments(b *strings.Builder, list ast.ArgumentList) {
	if len(list) == 0 {
		return
	}
	b.WriteByte('(')
	for i, arg := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(arg.Name + ": ")
		writeValue(b, arg.Value)
	}
	b.WriteByte(')')
}

// writeValue writes lists and objects as GraphQL is usually printed.
func writeValue(b *strings.Builder, v *ast.Value) {
	opening, closing := "[", "]"
	switch v.Kind {
	case ast.ListValue:
	case ast.ObjectValue:
		opening, closing = "{", "}"
	default:
		b.WriteString(v.String())
		return
	}
	b.WriteString(opening)
	for i, child := range v.Children {
		if i > 0 {
			b.WriteString(", ")
		}
		if v.Kind == ast.ObjectValue {
			b.WriteString(child.Name + ": ")
		}
		writeValue(b, child.Value)
	}
	b.WriteString(closing)
}
