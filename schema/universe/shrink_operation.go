package universe

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// ShrinkOperation removes selections, conditions, arguments and variables from an
// operation for as long as it keeps failing. fails is called with operations that
// need not be valid too.
func ShrinkOperation(o Operation, fails func(Operation) bool) Operation {
	for step := 0; ; {
		document, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: o.Query})
		if err != nil {
			return o
		}
		removals := removalsOfOperation(document)
		if step >= len(removals) {
			return o
		}
		removals[step]()
		var text strings.Builder
		formatter.NewFormatter(&text, formatter.WithIndent(" ")).FormatQueryDocument(document)
		smaller := Operation{Query: text.String(), Variables: maps.Clone(o.Variables)}
		maps.DeleteFunc(smaller.Variables, func(name string, _ any) bool { return !strings.Contains(smaller.Query, "$"+name) })
		if smaller.Query != o.Query && fails(smaller) {
			o, step = smaller, 0
		} else {
			step++
		}
	}
}

func removalsOfOperation(document *ast.QueryDocument) (list []func()) {
	for i := range document.Fragments {
		list = append(list, func() { document.Fragments = slices.Delete(document.Fragments, i, i+1) })
	}
	for _, operation := range document.Operations {
		for i := range operation.VariableDefinitions {
			list = append(list, func() {
				operation.VariableDefinitions = slices.Delete(operation.VariableDefinitions, i, i+1)
			})
		}
		list = append(list, removalsOfSelections(&operation.SelectionSet)...)
	}
	for _, fragment := range document.Fragments {
		list = append(list, removalsOfSelections(&fragment.SelectionSet)...)
	}
	return list
}

// removalsOfSelections lists what can go from a selection set: a selection, a
// fragment around selections, and what its selections have.
func removalsOfSelections(set *ast.SelectionSet) (list []func()) {
	for i := range *set {
		if len(*set) > 1 {
			list = append(list, func() { *set = slices.Delete(*set, i, i+1) })
		}
	}
	for i, selection := range *set {
		switch s := selection.(type) {
		case *ast.Field:
			list = append(list, removalsOfDirectives(&s.Directives)...)
			for i := range s.Arguments {
				list = append(list, func() { s.Arguments = slices.Delete(s.Arguments, i, i+1) })
			}
			list = append(list, removalsOfSelections(&s.SelectionSet)...)
		case *ast.InlineFragment:
			list = append(list, func() { *set = slices.Replace(*set, i, i+1, s.SelectionSet...) })
			list = append(list, removalsOfDirectives(&s.Directives)...)
			list = append(list, removalsOfSelections(&s.SelectionSet)...)
		case *ast.FragmentSpread:
			list = append(list, removalsOfDirectives(&s.Directives)...)
		}
	}
	return list
}
