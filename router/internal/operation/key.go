package operation

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Key is a text that two operations on one schema share exactly if all that
// matters for answering them is the same: kind, name, declared variables and
// normal form. How they are written, and where in which fragments, does not
// matter; values of variables do not either.
func (o *Operation) Key() string {
	out := make([]byte, 0, 512)
	out = append(out, o.Kind...)
	out = append(append(out, ' '), o.Name...)
	for _, v := range o.Declarations {
		out = append(append(out, '$'), v.Name...)
		out = append(append(out, ':'), v.Type.String()...)
		if v.Default != nil {
			out = append(append(out, '='), v.Default.String()...)
		}
	}
	out = appendSelections(out, o.Root)
	for _, d := range o.Defers { // where it is shows in the fields
		out = append(strconv.AppendInt(append(out, '~'), int64(d.Parent), 10), d.If...)
		out = strconv.AppendQuote(out, d.Label)
	}
	return string(out)
}

// appendSelections writes a selection set. Names are made of letters, digits and
// "_", and texts of values are quoted, so that what stands between them tells
// them apart.
func appendSelections(out []byte, set *SelectionSet) []byte {
	out = append(out, '{')
	for i, f := range set.Fields {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(append(out, f.Key...), ':')
		if f.Parent != set.Type.Name { // which type declares it shows in errors
			out = append(append(out, f.Parent...), '.')
		}
		out = appendArguments(append(out, f.Name...), f.Arguments)
		for k, t := range f.Types {
			out = append(append(out, "/|"[min(k, 1)]), t...)
		}
		for k, tests := range f.Condition {
			out = append(out, "?|"[min(k, 1)])
			for _, t := range tests {
				out = strconv.AppendBool(append(append(append(out, '&'), t.Variable...), '='), t.Want)
			}
		}
		for _, id := range f.Defers {
			out = strconv.AppendInt(append(out, '~'), int64(id), 10)
		}
		if f.Selections != nil {
			out = appendSelections(out, f.Selections)
		}
	}
	return append(out, '}')
}

func appendArguments(out []byte, arguments ast.ArgumentList) []byte {
	if len(arguments) == 0 {
		return out
	}
	out = append(out, '(')
	for i, a := range arguments {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, a.Name...), ':'), a.Value.String()...)
	}
	return append(out, ')')
}
