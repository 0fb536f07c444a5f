package supergraph

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

func stringArg(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil && (a.Value.Kind == ast.StringValue || a.Value.Kind == ast.BlockValue) {
		return a.Value.Raw
	}
	return ""
}

func boolArg(d *ast.Directive, name string, absent bool) bool {
	if a := d.Arguments.ForName(name); a != nil && a.Value.Kind == ast.BooleanValue {
		return a.Value.Raw == "true"
	}
	return absent
}

// graph reads the argument `graph`, a value of join__Graph.
func (r *joinReader) graph(d *ast.Directive) (int, bool) {
	a := d.Arguments.ForName("graph")
	if a == nil {
		r.errs = append(r.errs, invalid(d.Position, "@%s needs the argument `graph`", d.Name))
		return 0, false
	}
	if i, ok := r.graphs[a.Value.Raw]; ok {
		return i, true
	}
	r.errs = append(r.errs, invalid(d.Position, "@%s(graph: %s): %s has no such value", d.Name, a.Value, r.join.TypeName("Graph")))
	return 0, false
}

// fieldSet reads an argument that is a field set; nil if there is none.
func (r *joinReader) fieldSet(d *ast.Directive, name string) federation.FieldSet {
	a := d.Arguments.ForName(name)
	if a == nil || a.Value.Kind == ast.NullValue {
		return nil
	}
	set, err := federation.ParseFieldSet(a.Value.Raw)
	if err != nil {
		r.errs = append(r.errs, invalid(d.Position, "@%s(%s:): %v", d.Name, name, err))
	}
	return set
}

// typeArg reads the argument `type`, the field's type where it differs.
func (r *joinReader) typeArg(d *ast.Directive, absent *ast.Type) *ast.Type {
	text := stringArg(d, "type")
	if text == "" {
		return absent
	}
	t, err := parseType(text)
	if err != nil {
		r.errs = append(r.errs, invalid(d.Position, "@%s(type:): %v", d.Name, err))
		return absent
	}
	return t
}

// parseType reads a type reference such as "[Int!]!".
func parseType(text string) (*ast.Type, error) {
	t, rest, err := cutType(strings.TrimSpace(text), 0)
	if err == nil && rest != "" {
		err = fmt.Errorf("unexpected %q", rest)
	}
	if err != nil {
		return nil, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

// maxListDepth bounds the recursion of cutType.
const maxListDepth = 100

func cutType(text string, depth int) (t *ast.Type, rest string, err error) {
	if depth > maxListDepth {
		return nil, "", errors.New("too many nested lists")
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		elem, rest, err := cutType(inner, depth+1)
		if err != nil {
			return nil, "", err
		}
		if rest, ok = strings.CutPrefix(rest, "]"); !ok {
			return nil, "", errors.New("a bracket is not closed")
		}
		rest, nonNull := strings.CutPrefix(rest, "!")
		return &ast.Type{Elem: elem, NonNull: nonNull}, rest, nil
	}
	end := strings.IndexAny(text, "!]")
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return nil, "", errors.New("a name is missing")
	}
	rest, nonNull := strings.CutPrefix(text[end:], "!")
	return &ast.Type{NamedType: text[:end], NonNull: nonNull}, rest, nil
}
