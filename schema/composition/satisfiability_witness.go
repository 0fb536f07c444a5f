package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/querygraph"
)

// witness writes the shortest operation that fails, as GraphQL: the fields on
// the way to a failure, with variables for the arguments that must be given.
func (w *walk) witness(f failure) string {
	type step struct {
		field apiField
		on    string // the object type of which the field is asked, if not plain
	}
	var steps []step
	for s, field := f.state, f.field; s != nil; s, field = s.from, s.by {
		one := step{field: field}
		if s.from != nil && s.by.result != s.typ {
			one.on = w.graph.Types[s.typ].Name
		}
		steps = append(steps, one)
	}
	slices.Reverse(steps)
	v := &variables{}
	var body strings.Builder
	depth := 1
	line := func(text string) {
		body.WriteString(strings.Repeat("  ", depth) + text + "\n")
	}
	for i, s := range steps {
		if s.on != "" {
			line("... on " + s.on + " {")
			depth++
		}
		text := s.field.definition.Name + v.give(s.field.definition.Arguments)
		if i < len(steps)-1 || s.field.result != querygraph.NoType {
			text += " {"
		}
		line(text)
		depth++
	}
	switch last := steps[len(steps)-1]; {
	case f.on != querygraph.NoType:
		line("... on " + w.graph.Types[f.on].Name + " {")
		depth++
		line("__typename")
	case last.field.result != querygraph.NoType:
		line("__typename")
	default:
		depth--
	}
	for depth--; depth > 0; depth-- {
		line("}")
	}
	return w.operationKeyword(steps[0].field) + v.declared() + "{\n" + body.String() + "}"
}

// operationKeyword is the beginning of an operation with the given root field.
func (w *walk) operationKeyword(f apiField) string {
	owner := w.graph.Types[w.graph.Fields[f.id].Owner].Name
	schema := w.graph.Supergraph.Schema
	switch {
	case schema.Mutation != nil && schema.Mutation.Name == owner:
		return "mutation "
	case schema.Subscription != nil && schema.Subscription.Name == owner:
		return "subscription "
	}
	return "query "
}

// variables are those of one operation.
type variables struct{ declarations []string }

// give writes the arguments of a field that must be given.
func (v *variables) give(list ast.ArgumentDefinitionList) string {
	var given []string
	for _, a := range list {
		if !a.Type.NonNull || a.DefaultValue != nil {
			continue
		}
		name := a.Name
		for n := 2; slices.ContainsFunc(v.declarations, func(d string) bool { return strings.HasPrefix(d, "$"+name+":") }); n++ {
			name = fmt.Sprintf("%s%d", a.Name, n)
		}
		v.declarations = append(v.declarations, fmt.Sprintf("$%s: %s", name, a.Type))
		given = append(given, fmt.Sprintf("%s: $%s", a.Name, name))
	}
	if given == nil {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

func (v *variables) declared() string {
	if v.declarations == nil {
		return ""
	}
	return "(" + strings.Join(v.declarations, ", ") + ") "
}
