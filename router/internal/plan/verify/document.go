package verify

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

// documents reads what is sent, and checks it against the subgraphs' schemas and
// against what the plan says of it.
func (c *check) documents() {
	c.sent = make([]*ast.OperationDefinition, len(c.plan.Fetches))
	for i, f := range c.plan.Fetches {
		if f.Kind == plan.IntrospectionFetch {
			continue
		}
		doc, err := parser.ParseQuery(&ast.Source{Input: f.Text})
		if err != nil || len(doc.Operations) != 1 {
			c.fail("fetch %d: not a document with one operation: %v: %s", i, err, f.Text)
			continue
		}
		op := doc.Operations[0]
		c.sent[i] = op
		if f.Subgraph < 0 || f.Subgraph >= len(c.graph.Supergraph.Subgraphs) {
			continue
		}
		if errs := validator.ValidateWithRules(c.v.schema(f.Subgraph), doc, nil); len(errs) > 0 {
			c.fail("fetch %d is not valid for subgraph %q: %v: %s", i, c.graph.Supergraph.Subgraphs[f.Subgraph].Name, errs, f.Text)
		}
		if op.Operation != f.Operation || op.Name != f.Name || f.Kind != plan.RootFetch && f.Operation != ast.Query {
			c.fail("fetch %d is %s %q in its text, %s %q in the plan", i, op.Operation, op.Name, f.Operation, f.Name)
		}
		c.variables(f, op)
	}
}

// variables checks that what a document declares is sent: the client's variables
// as the client declares them, and the representations.
func (c *check) variables(f *plan.Fetch, op *ast.OperationDefinition) {
	var own, declared []string
	for _, e := range f.Entities {
		own = append(own, e.Variable)
		for _, x := range e.Contexts {
			own = append(own, x.Variable)
			if v := op.VariableDefinitions.ForName(x.Variable); v == nil || v.Type.String() != x.Type.String() {
				c.fail("fetch %d does not declare $%s: %s", f.ID, x.Variable, x.Type)
			}
		}
	}
	for _, v := range op.VariableDefinitions {
		if slices.Contains(own, v.Variable) {
			continue
		}
		declared = append(declared, v.Variable)
		i := slices.IndexFunc(c.op.Declarations, func(d operation.Variable) bool { return d.Name == v.Variable })
		if i < 0 || c.op.Declarations[i].Type.String() != v.Type.String() {
			c.fail("fetch %d declares $%s: %s, unlike the operation", f.ID, v.Variable, v.Type)
		}
	}
	slices.Sort(declared)
	if !slices.Equal(declared, f.Variables) {
		c.fail("fetch %d declares the variables %v and sends %v", f.ID, declared, f.Variables)
	}
	for i, v := range own {
		if slices.Contains(own[:i], v) || slices.ContainsFunc(c.op.Declarations, func(d operation.Variable) bool { return d.Name == v }) {
			c.fail("fetch %d: the variable $%s has two meanings", f.ID, v)
		}
	}
}

// collected is the fields of one response key.
type collected struct {
	key    string
	fields []*ast.Field
}

// collect gives the fields that apply to an object, merged by response key, in
// order (GraphQL §6.3.2).
func (r *run) collect(graph int, t typeID, set ast.SelectionSet, into []collected) []collected {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !r.included(sel.Directives) {
				continue
			}
			k := slices.IndexFunc(into, func(c collected) bool { return c.key == sel.Alias })
			if k < 0 {
				k = len(into)
				into = append(into, collected{key: sel.Alias})
			}
			into[k].fields = append(into[k].fields, sel)
		case *ast.InlineFragment:
			if r.included(sel.Directives) && r.applies(graph, t, sel.TypeCondition) {
				into = r.collect(graph, t, sel.SelectionSet, into)
			}
		default:
			r.fail("the documents have no named fragments, but there is %T", sel)
		}
	}
	return into
}

func (r *run) applies(graph int, t typeID, condition string) bool {
	if condition == "" || condition == r.graph.Types[t].Name {
		return true
	}
	id, ok := r.graph.Type(condition)
	return ok && slices.Contains(r.graph.Types[id].In(graph).Possible, t)
}

func (r *run) included(applied ast.DirectiveList) bool {
	for _, d := range applied {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		value := d.Arguments.ForName("if").Value
		holds := value.Raw == "true"
		if value.Kind == ast.Variable {
			holds = r.variables[value.Raw]
		}
		if holds != (d.Name == "include") {
			return false
		}
	}
	return true
}

// argumentText prints arguments so that equal ones are equal texts, in whatever
// order they stand.
func argumentText(args ast.ArgumentList) string {
	all := make([]string, len(args))
	for i, a := range args {
		all[i] = a.Name + ":" + a.Value.String()
	}
	slices.Sort(all)
	out := ""
	for _, a := range all {
		out += "," + a
	}
	return out
}
