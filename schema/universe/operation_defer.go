package universe

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// Defer puts @defer on some of a query's fragments, and makes fragments with
// @defer of some of its fields. Other operations stay as they are, as do those
// that have nothing to defer. The same seed and operation always give the same.
func Defer(seed uint64, o Operation) Operation {
	document, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: o.Query})
	if err != nil || document.Operations[0].Operation != ast.Query {
		return o
	}
	d := &deferrer{Rand: rand.New(rand.NewPCG(seed, 0x6465666572))}
	d.selections(&document.Operations[0].SelectionSet)
	for _, f := range document.Fragments {
		d.selections(&f.SelectionSet)
	}
	if d.count == 0 {
		return o
	}
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent(" ")).FormatQueryDocument(document)
	return Operation{Query: text.String(), Variables: o.Variables}
}

// deferrer defers parts of one operation.
type deferrer struct {
	*rand.Rand
	count int
}

func (d *deferrer) selections(set *ast.SelectionSet) {
	for i, selection := range *set {
		switch s := selection.(type) {
		case *ast.Field:
			d.selections(&s.SelectionSet)
			if d.IntN(100) < 15 {
				(*set)[i] = &ast.InlineFragment{Directives: ast.DirectiveList{d.directive()}, SelectionSet: ast.SelectionSet{s}}
			}
		case *ast.InlineFragment:
			d.selections(&s.SelectionSet)
			if d.IntN(100) < 40 {
				s.Directives = append(s.Directives, d.directive())
			}
		case *ast.FragmentSpread:
			if d.IntN(100) < 40 {
				s.Directives = append(s.Directives, d.directive())
			}
		}
	}
}

// directive is @defer, at times with a label of its own.
func (d *deferrer) directive() *ast.Directive {
	d.count++
	out := &ast.Directive{Name: "defer"}
	if d.IntN(2) == 0 {
		label := &ast.Value{Kind: ast.StringValue, Raw: fmt.Sprintf("part%d", d.count)}
		out.Arguments = ast.ArgumentList{{Name: "label", Value: label}}
	}
	return out
}
