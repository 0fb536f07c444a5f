package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/supergraph"
)

// Both compositions name an operation, the witness, for each thing that the
// subgraphs cannot answer. Whether they cannot is a question to a planner, and
// Apollo's own decides it.

var (
	theirWitness  = regexp.MustCompile(`(?s)supergraph API query:\n(.*?)\n *cannot be satisfied`)
	ourWitness    = regexp.MustCompile(`(?s)(?:the operation|it cannot answer)\n(.*?)\n(?:cannot be answered|for lack of)`)
	overrideLabel = regexp.MustCompile(`overrideLabel: "([^"]*)"`)
)

// plannedAfterAll reports whether Apollo's planner finds a plan for every
// operation that Apollo's composition calls unsatisfiable, on the supergraph that
// ours composes of the same subgraphs. The smallest cases known:
//
//	# a; with "k" before "x" in b it composes
//	type Query { q: E }
//	type E @key(fields: "id") { id: ID f: F }
//	type F @key(fields: "k", resolvable: false) { k: ID }
//	# b
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	# c
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	type E @key(fields: "id") { id: ID f: F @external r: Int @requires(fields: "f { x }") }
//
//	# accounts
//	type T @key(fields: "b") { b: ID f: T }
//	# catalog
//	type Query { q: T }
//	type T @key(fields: "a") @key(fields: "b") { a: ID b: ID f: T @external r: Int @requires(fields: "f { a }") }
//	# forum; without it the other two compose
//	type T @key(fields: "a") @key(fields: "b") { a: ID b: ID }
func plannedAfterAll(ctx context.Context, t *testing.T, apollo *Oracle, theirs Composition, ours composition.Result) bool {
	t.Helper()
	var operations []string
	for _, p := range theirs.Errors {
		var witnesses []string
		for _, found := range theirWitness.FindAllStringSubmatch(p.Message, -1) {
			witnesses = append(witnesses, strings.ReplaceAll(found[1], "...\n", "__typename\n"))
		}
		one, err := joined(witnesses)
		if err != nil {
			t.Logf("the witnesses of %s: %v", p.Message, err)
			return false
		}
		operations = append(operations, one)
	}
	failed, all := unplanned(ctx, apollo, ours.Supergraph, operations)
	return all && len(failed) == 0
}

// joined makes one operation of several that select from the same root field: a
// shared field of Mutation has a witness for each of its subgraphs, and one
// subgraph must do for all of it.
func joined(operations []string) (string, error) {
	if len(operations) == 0 {
		return "", errors.New("none")
	}
	var all *ast.Field
	document := &ast.QueryDocument{}
	for _, text := range operations {
		one, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return "", err
		}
		root, ok := one.Operations[0].SelectionSet[0].(*ast.Field)
		switch {
		case !ok:
			return "", errors.New("a fragment on the root")
		case all == nil:
			document, all = one, root
		default:
			all.SelectionSet = append(all.SelectionSet, root.SelectionSet...)
		}
	}
	var text strings.Builder
	formatter.NewFormatter(&text).FormatQueryDocument(document)
	return text.String(), nil
}

// notPlannedEither reports whether Apollo's planner fails for every operation
// that ours calls unsatisfiable, though Apollo composes the subgraphs. The
// smallest case known; Apollo looks T up in b, which does not resolve its key:
//
//	# a
//	type T @key(fields: "id") { id: ID x: Int }
//	# b
//	type Query { t: T }
//	type T @key(fields: "id", resolvable: false) { id: ID x: Int @external r: Int @requires(fields: "x") }
func notPlannedEither(ctx context.Context, t *testing.T, apollo *Oracle, theirs Composition, err error) bool {
	t.Helper()
	var list composition.Errors
	if !errors.As(err, &list) {
		return false
	}
	var operations []string
	for _, e := range list {
		var witnesses []string
		for _, found := range ourWitness.FindAllStringSubmatch(e.Message, -1) {
			witnesses = append(witnesses, found[1])
		}
		one, err := joined(witnesses)
		if err != nil {
			t.Logf("the witnesses of %s: %v", e.Message, err)
			return false
		}
		operations = append(operations, one)
	}
	failed, all := unplanned(ctx, apollo, theirs.Supergraph, operations)
	return all && len(failed) == len(operations)
}

// unplanned asks Apollo's planner for operations, with the labels of progressive
// overrides on and off, and returns the operations that it has no plan for with
// some of them, or none that can be carried out. It is not all that was asked if
// the planner did not answer.
func unplanned(ctx context.Context, apollo *Oracle, sdl string, operations []string) (failed map[int]bool, all bool) {
	sdl, err := withNamesApart(sdl)
	if err != nil {
		return nil, false
	}
	graph, err := supergraph.Parse("supergraph", sdl)
	if err != nil || len(operations) == 0 {
		return nil, false
	}
	failed = map[int]bool{}
	for _, overrides := range labellings(sdl) {
		plans, err := apollo.Plan(ctx, PlanRequest{Supergraph: sdl, Operations: operations, Overrides: overrides})
		if err != nil || len(plans) != len(operations) {
			return nil, false
		}
		for i, p := range plans {
			if p.Error != "" || entersUnresolvable(graph, p.JSON) {
				failed[i] = true
			}
		}
	}
	return failed, true
}

// withNamesApart numbers the subgraphs of a supergraph. Apollo's planner takes "d-2" and "d_2" for the same subgraph where it
// merges fetches, and fails with "Can only merge unrelated groups to the same
// subraphs", whatever the operation needs.
func withNamesApart(sdl string) (string, error) {
	graph, err := supergraph.Parse("supergraph", sdl)
	if err != nil {
		return "", err
	}
	var pairs []string
	for i, s := range graph.Subgraphs {
		for _, before := range []string{"@join__graph(name: ", "override: "} {
			pairs = append(pairs, fmt.Sprintf("%s%q", before, s.Name), fmt.Sprintf(`%s"subgraph_%d"`, before, i))
		}
		for _, before := range []string{"@context(name: ", "context: "} {
			pairs = append(pairs, before+`"`+s.Name+"__", fmt.Sprintf(`%s"subgraph_%d__`, before, i))
		}
	}
	return strings.NewReplacer(pairs...).Replace(sdl), nil
}

// entersUnresolvable reports whether a plan looks up an entity in a subgraph that
// resolves none of the keys of its type.
func entersUnresolvable(graph *supergraph.Supergraph, plan json.RawMessage) bool {
	type node struct {
		ServiceName string
		Requires    []struct{ TypeCondition string }
		Node        json.RawMessage
		Primary     json.RawMessage
		IfClause    json.RawMessage
		ElseClause  json.RawMessage
		Nodes       []json.RawMessage
	}
	var n node
	if len(plan) == 0 || json.Unmarshal(plan, &n) != nil {
		return false
	}
	for _, r := range n.Requires {
		if r.TypeCondition != "" && !resolvable(graph, r.TypeCondition, n.ServiceName) {
			return true
		}
	}
	below := append(n.Nodes, n.Node, n.Primary, n.IfClause, n.ElseClause)
	return slices.ContainsFunc(below, func(b json.RawMessage) bool { return entersUnresolvable(graph, b) })
}

func resolvable(graph *supergraph.Supergraph, typ, subgraph string) bool {
	t := graph.Type(typ)
	if t == nil {
		return false
	}
	for _, name := range t.Definition.Interfaces {
		i := graph.Type(name)
		if i != nil && slices.ContainsFunc(i.Joins, func(j supergraph.TypeJoin) bool { return j.InterfaceObject }) && resolvable(graph, name, subgraph) {
			return true
		}
	}
	return slices.ContainsFunc(t.Joins, func(j supergraph.TypeJoin) bool {
		return graph.Subgraphs[j.Graph].Name == subgraph && (len(j.Keys) == 0 || // Query
			slices.ContainsFunc(j.Keys, func(k supergraph.Key) bool { return k.Resolvable }))
	})
}

// labellings lists all ways to set the labels of a supergraph up to four, else
// those with all on, all off, or one of either.
func labellings(supergraph string) (list []map[string]bool) {
	names := map[string]bool{}
	for _, found := range overrideLabel.FindAllStringSubmatch(supergraph, -1) {
		names[found[1]] = true
	}
	labels := slices.Sorted(maps.Keys(names))
	if len(labels) <= 4 {
		for bits := range 1 << len(labels) {
			one := map[string]bool{}
			for i, label := range labels {
				one[label] = bits>>i&1 == 1
			}
			list = append(list, one)
		}
		return list
	}
	for _, most := range []bool{false, true} {
		for odd := range len(labels) + 1 {
			one := map[string]bool{}
			for i, label := range labels {
				one[label] = most != (i == odd)
			}
			list = append(list, one)
		}
	}
	return list
}
