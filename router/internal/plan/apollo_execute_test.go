package plan_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// apolloNode is any node of Apollo's plans.
type apolloNode struct {
	Kind        string
	Nodes       []*apolloNode
	Node        *apolloNode
	Path        []string
	Condition   string
	IfClause    *apolloNode
	ElseClause  *apolloNode
	ServiceName string
	Requires    []apolloRequire
	Operation   string
	// VariableUsages are the client's variables that the operation uses.
	VariableUsages []string
	InputRewrites  []apolloRewrite
	OutputRewrites []apolloRewrite
}

type apolloRequire struct {
	Kind, Name, TypeCondition string
	Selections                []apolloRequire
}

type apolloRewrite struct {
	Kind        string
	Path        []string
	SetValueTo  any
	RenameKeyTo string
}

// size gives the depth of a plan and the number of its fetches.
func (n *apolloNode) size() (depth, fetches int) {
	if n == nil {
		return 0, 0
	}
	if n.Kind == "Fetch" {
		return 1, 1
	}
	for _, child := range append(slices.Clone(n.Nodes), n.Node, n.IfClause, n.ElseClause) {
		d, f := child.size()
		if fetches += f; n.Kind == "Sequence" {
			depth += d
		} else {
			depth = max(depth, d)
		}
	}
	return depth, fetches
}

// wrongPlan is what is wrong with a plan of Apollo's: a kind of mistake, and where.
type wrongPlan struct {
	kind   string
	detail any
}

func (w *wrongPlan) Error() string { return fmt.Sprintf("%s: %v", w.kind, w.detail) }

// checkApollo executes a plan of Apollo's over the subgraphs and compares the
// answer with that of one server; its error is a *wrongPlan if the plan is to
// blame. The subgraphs of these tests trust what they are sent to have the right
// form; where it has not, the plan is wrong too.
func (u *universe) checkApollo(text string, node *apolloNode) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &wrongPlan{"sends representations of the wrong form", p}
		}
	}()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return err
	}
	validator.ValidateWithRules(u.supergraph.API, doc, nil)
	selected := map[string]bool{}
	node.selected(selected)
	if err := u.asksTooMuch(node, selected); err != nil {
		return err
	}
	for _, salt := range []string{"", "a", "b", "c", "d", "e"} {
		other := *u
		other.salt = salt
		if err := other.executeApollo(text, doc, node); err != nil {
			return err
		}
	}
	return nil
}

func (u *universe) executeApollo(text string, doc *ast.QueryDocument, node *apolloNode) error {
	for _, variables := range assignments(text) {
		want, err := u.monolith(text, variables)
		if err != nil {
			return err
		}
		r := &apolloRun{u: u, variables: variables}
		data := map[string]any{}
		r.execute(node, []map[string]any{data}, nil)
		w := &world{u: u, schema: u.supergraph.Schema, graph: -1, variables: variables}
		op := doc.Operations[0]
		root := "Query"
		if op.Operation == ast.Mutation {
			root = "Mutation"
		}
		got := r.project(w, root, data, withoutIntrospection(op.SelectionSet))
		if len(r.errs) > 0 {
			return &wrongPlan{"makes requests that fail, or lacks values", fmt.Sprintf("%v: %s", variables, r.errs[0])}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			return &wrongPlan{"gives another answer", fmt.Sprintf("%v: %s", variables, diff)}
		}
	}
	return nil
}

// apolloRun executes a plan of Apollo's as its gateway does: the answers of all
// fetches are merged into one tree.
type apolloRun struct {
	u         *universe
	variables map[string]any
	errs      []string
}

// execute runs a node at the objects that a Flatten around it has found; path is
// nil outside.
func (r *apolloRun) execute(n *apolloNode, at []map[string]any, path []string) {
	if n == nil {
		return
	}
	switch n.Kind {
	case "Sequence", "Parallel":
		for _, child := range n.Nodes {
			r.execute(child, at, path)
		}
	case "Condition":
		if r.variables[n.Condition] == true {
			r.execute(n.IfClause, at, path)
		} else {
			r.execute(n.ElseClause, at, path)
		}
	case "Flatten":
		var found []map[string]any
		for _, o := range at {
			found = append(found, flatten(o, n.Path)...)
		}
		r.execute(n.Node, found, n.Path)
	case "Fetch":
		r.fetch(n, at)
	default:
		r.errs = append(r.errs, "unknown node "+n.Kind)
	}
}

func flatten(value any, path []string) []map[string]any {
	if list, ok := value.([]any); ok {
		var out []map[string]any
		if len(path) > 0 && path[0] == "@" {
			path = path[1:]
		}
		for _, item := range list {
			out = append(out, flatten(item, path)...)
		}
		return out
	}
	object, ok := value.(map[string]any)
	switch {
	case !ok:
		return nil
	case len(path) == 0:
		return []map[string]any{object}
	}
	return flatten(object[path[0]], path[1:])
}

func (r *apolloRun) fetch(n *apolloNode, at []map[string]any) {
	graph := slices.Index(r.u.names(), n.ServiceName)
	doc, err := parser.ParseQuery(&ast.Source{Input: n.Operation})
	if err != nil {
		r.errs = append(r.errs, err.Error())
		return
	}
	schema := r.u.schemas[n.ServiceName]
	if errs := validator.ValidateWithRules(schema, doc, nil); len(errs) > 0 {
		r.errs = append(r.errs, errs.Error())
		return
	}
	w := &world{u: r.u, schema: schema, graph: graph, variables: map[string]any{}}
	for _, v := range n.VariableUsages {
		w.variables[v] = r.variables[v]
	}
	op := doc.Operations[0]
	root := thing{typ: "Query", id: "root"}
	if op.Operation == ast.Mutation {
		root.typ = "Mutation"
	}
	var targets []map[string]any
	if n.Requires != nil {
		list := []any{}
		for _, o := range at {
			rep := map[string]any{}
			if r.represent(o, n.Requires, rep) && rep["__typename"] != nil {
				for _, rewrite := range n.InputRewrites {
					r.setValue(rep, rewrite)
				}
				list, targets = append(list, rep), append(targets, o)
			}
		}
		if len(list) == 0 {
			return
		}
		w.variables["representations"] = list
	}
	data := w.object(root, op.SelectionSet, nil)
	r.errs = append(r.errs, w.errs...)
	var entities []any
	var renamed any = data
	if n.Requires != nil {
		entities, _ = data["_entities"].([]any)
		renamed = entities
	}
	for _, rewrite := range n.OutputRewrites {
		if rewrite.Kind == "KeyRenamer" {
			r.rename(renamed, rewrite.Path, rewrite.RenameKeyTo)
		}
	}
	if n.Requires == nil {
		deepMerge(at[0], data)
		return
	}
	for i, item := range entities {
		if object, ok := item.(map[string]any); ok {
			deepMerge(targets[i], object)
		}
	}
}

func (r *apolloRun) setValue(rep map[string]any, rewrite apolloRewrite) {
	condition, isCondition := strings.CutPrefix(rewrite.Path[0], "... on ")
	if len(rewrite.Path) == 2 && isCondition && rewrite.Path[1] == "__typename" && r.applies(condition, rep["__typename"]) {
		rep["__typename"] = rewrite.SetValueTo
	}
}

func (r *apolloRun) rename(value any, path []string, to string) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			r.rename(item, path, to)
		}
	case map[string]any:
		condition, isCondition := strings.CutPrefix(path[0], "... on ")
		switch {
		case isCondition:
			if r.applies(condition, value["__typename"]) {
				r.rename(value, path[1:], to)
			}
		case len(path) == 1:
			if v, ok := value[path[0]]; ok {
				delete(value, path[0])
				value[to] = v
			}
		default:
			r.rename(value[path[0]], path[1:], to)
		}
	}
}

func (r *apolloRun) applies(condition string, typename any) bool {
	name, _ := typename.(string)
	w := &world{schema: r.u.supergraph.Schema}
	return name == "" || w.applies(condition, name)
}

// represent fills a representation; ok is false if a value is missing.
func (r *apolloRun) represent(o map[string]any, requires []apolloRequire, into map[string]any) (ok bool) {
	for _, q := range requires {
		if q.Kind == "InlineFragment" {
			if (q.TypeCondition == "" || r.applies(q.TypeCondition, o["__typename"])) && !r.represent(o, q.Selections, into) {
				return false
			}
			continue
		}
		value, found := o[q.Name]
		if !found {
			return false
		}
		if len(q.Selections) > 0 {
			if value, found = r.representValue(value, q.Selections); !found {
				return false
			}
		}
		into[q.Name] = value
	}
	return true
}

func (r *apolloRun) representValue(value any, requires []apolloRequire) (any, bool) {
	switch value := value.(type) {
	case []any:
		var list []any
		for _, item := range value {
			v, ok := r.representValue(item, requires)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return list, true
	case map[string]any:
		out := map[string]any{}
		return out, r.represent(value, requires, out)
	}
	return value, true
}

func deepMerge(into, from map[string]any) {
	for key, value := range from {
		switch value := value.(type) {
		case map[string]any:
			if old, ok := into[key].(map[string]any); ok {
				deepMerge(old, value)
				continue
			}
		case []any:
			if old, ok := into[key].([]any); ok && len(old) == len(value) {
				mergeLists(old, value)
				continue
			}
		}
		into[key] = value
	}
}

func mergeLists(into, from []any) {
	for i := range into {
		switch item := from[i].(type) {
		case map[string]any:
			if old, ok := into[i].(map[string]any); ok {
				deepMerge(old, item)
				continue
			}
		case []any:
			if old, ok := into[i].([]any); ok && len(old) == len(item) {
				mergeLists(old, item)
				continue
			}
		}
		into[i] = from[i]
	}
}

// project keeps of the merged tree what the operation selects.
func (r *apolloRun) project(w *world, typ string, data map[string]any, set ast.SelectionSet) map[string]any {
	if name, ok := data["__typename"].(string); ok {
		typ = name
	}
	var groups [][]*ast.Field
	w.collect(typ, set, &groups)
	out := map[string]any{}
	for _, g := range groups {
		var below ast.SelectionSet
		for _, f := range g {
			below = append(below, f.SelectionSet...)
		}
		value, ok := data[g[0].Alias]
		if g[0].Name == "__typename" {
			value, ok = typ, true
		}
		if !ok {
			r.errs = append(r.errs, "missing: "+g[0].Alias)
			continue
		}
		out[g[0].Alias] = r.projectValue(w, g[0].Definition, value, below)
	}
	return out
}

func (r *apolloRun) projectValue(w *world, def *ast.FieldDefinition, value any, set ast.SelectionSet) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = r.projectValue(w, def, item, set)
		}
		return list
	case map[string]any:
		typ := ""
		if def != nil {
			typ = def.Type.Name()
		}
		return r.project(w, typ, value, set)
	}
	return value
}
