package plan

import (
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// JSON prints the plan in the format of Apollo's query plans, as Text does. A
// request with several _entities fields or positions, which that format does not
// know, is a node of the kind "BatchFetch" with its targets. If the search for the
// plan ended early, "statistics" says so. names are the subgraphs' names by their
// index.
func (p *Plan) JSON(names []string) ([]byte, error) {
	out := jsonPlan{Kind: "QueryPlan"}
	if p.Stats.Exhausted {
		out.Statistics = &jsonStatistics{Work: p.Stats.Work, Exhausted: true}
	}
	waves := p.waves()
	switch {
	case len(p.Defers) > 0:
		out.Node = p.jsonDefer(deferral{p}, NoDefer, names)
	case len(waves) == 0:
	case p.Operation == ast.Subscription:
		out.Node = &jsonNode{Kind: "Subscription", Primary: p.jsonSequence(waves[:1], names)}
		if len(waves) > 1 {
			out.Node.Rest = p.jsonSequence(waves[1:], names)
		}
	default:
		out.Node = p.jsonSequence(waves, names)
	}
	return json.Marshal(out)
}

func (p *Plan) jsonSequence(waves [][]*Fetch, names []string) *jsonNode {
	var sequence []*jsonNode
	for _, wave := range waves {
		var parallel []*jsonNode
		for _, f := range wave {
			parallel = append(parallel, p.jsonConditional(f, names))
		}
		sequence = append(sequence, jsonGroup("Parallel", parallel))
	}
	return jsonGroup("Sequence", sequence)
}

type jsonPlan struct {
	Kind       string          `json:"kind"`
	Node       *jsonNode       `json:"node,omitempty"`
	Statistics *jsonStatistics `json:"statistics,omitempty"`
}

type jsonStatistics struct {
	Work      int  `json:"work"`
	Exhausted bool `json:"exhausted"`
}

// jsonNode is any node of a plan's tree; Kind says which fields it has.
type jsonNode struct {
	Kind string `json:"kind"`
	// Sequence and Parallel
	Nodes []*jsonNode `json:"nodes,omitempty"`
	// Subscription: a *jsonNode and what follows; Defer: a *jsonPart and the others
	Primary  any         `json:"primary,omitempty"`
	Rest     *jsonNode   `json:"rest,omitempty"`
	Deferred []*jsonPart `json:"deferred,omitempty"`
	// Flatten
	Path []string  `json:"path,omitempty"`
	Node *jsonNode `json:"node,omitempty"`
	// Condition
	Condition  string    `json:"condition,omitempty"`
	IfClause   *jsonNode `json:"ifClause,omitempty"`
	ElseClause *jsonNode `json:"elseClause,omitempty"`
	// Fetch and BatchFetch; ID is that of a fetch that something deferred waits for
	ID             string         `json:"id,omitempty"`
	ServiceName    string         `json:"serviceName,omitempty"`
	Requires       []*jsonRequire `json:"requires,omitempty"`
	InputRewrites  []jsonRewrite  `json:"inputRewrites,omitempty"`
	Targets        []jsonTarget   `json:"targets,omitempty"`
	VariableUsages *[]string      `json:"variableUsages,omitempty"`
	Operation      string         `json:"operation,omitempty"`
	OperationKind  ast.Operation  `json:"operationKind,omitempty"`
	OperationName  string         `json:"operationName,omitempty"`
	// ContextRewrites say where the values of contextual arguments come from.
	ContextRewrites []jsonRewrite `json:"contextRewrites,omitempty"`
}

// jsonTarget is one position that a BatchFetch looks up.
type jsonTarget struct {
	Path     []string       `json:"path"`
	Variable string         `json:"variable"`
	Requires []*jsonRequire `json:"requires"`
	// InputRewrites are as in a Fetch.
	InputRewrites []jsonRewrite `json:"inputRewrites,omitempty"`
}

// jsonRewrite sets a value in a representation: the name of an interface instead
// of that of the object's type (ValueSetter). Or it gives a variable what stands at
// a path from a Flatten's objects, ".." being the object above (KeyRenamer).
type jsonRewrite struct {
	Kind        string   `json:"kind"`
	Path        []string `json:"path"`
	SetValueTo  string   `json:"setValueTo,omitempty"`
	RenameKeyTo string   `json:"renameKeyTo,omitempty"`
}

// jsonRequire is a part of a representation.
type jsonRequire struct {
	Kind          string         `json:"kind"`
	TypeCondition string         `json:"typeCondition,omitempty"`
	Name          string         `json:"name,omitempty"`
	Selections    []*jsonRequire `json:"selections,omitempty"`
}

func jsonGroup(kind string, nodes []*jsonNode) *jsonNode {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return &jsonNode{Kind: kind, Nodes: nodes}
}

// jsonConditional wraps a fetch in nodes that each test one variable. Of several
// alternatives the later ones stand in the else clauses of the earlier.
func (p *Plan) jsonConditional(f *Fetch, names []string) *jsonNode {
	node := p.jsonFetch(f, names)
	if f.Condition == nil {
		return node
	}
	var otherwise *jsonNode
	for _, tests := range slices.Backward(f.Condition) {
		inner := node
		for _, t := range slices.Backward(tests) {
			test := &jsonNode{Kind: "Condition", Condition: t.Variable, IfClause: inner, ElseClause: otherwise}
			if !t.Want {
				test.IfClause, test.ElseClause = otherwise, inner
			}
			inner = test
		}
		otherwise = inner
	}
	return otherwise
}

func (p *Plan) jsonFetch(f *Fetch, names []string) *jsonNode {
	variables := slices.Clone(f.Variables)
	if variables == nil {
		variables = []string{}
	}
	node := &jsonNode{
		Kind: "Fetch", ID: p.jsonID(f), ServiceName: names[f.Subgraph], VariableUsages: &variables,
		Operation: f.Text, OperationKind: f.Operation, OperationName: f.Name,
	}
	switch f.Kind {
	case EntityFetch:
	case ReentryFetch:
		return &jsonNode{Kind: "Flatten", Path: p.Positions[f.Position].Path, Node: node}
	default:
		return node
	}
	for _, e := range f.Entities {
		for _, t := range e.Targets {
			target := jsonTarget{Path: p.Positions[t.Position].Path, Variable: e.Variable}
			for _, rep := range t.Representations {
				selections := append([]*jsonRequire{{Kind: "Field", Name: "__typename"}}, jsonRequires(rep.Fields)...)
				for _, name := range rep.conditions() {
					target.Requires = append(target.Requires, &jsonRequire{Kind: "InlineFragment", TypeCondition: name, Selections: selections})
					if rep.ByInterface {
						target.InputRewrites = append(target.InputRewrites, jsonRewrite{Kind: "ValueSetter", Path: []string{"... on " + name, "__typename"}, SetValueTo: rep.Typename})
					}
				}
			}
			node.Targets = append(node.Targets, target)
		}
	}
	if len(node.Targets) > 1 {
		node.Kind = "BatchFetch"
		return node
	}
	flatten := &jsonNode{Kind: "Flatten", Path: node.Targets[0].Path, Node: node}
	for _, c := range f.Entities[0].Contexts {
		*node.VariableUsages = append(*node.VariableUsages, c.Variable)
		node.ContextRewrites = append(node.ContextRewrites, p.jsonRewrites(node.Targets[0].Path, &c)...)
	}
	node.Requires, node.InputRewrites, node.Targets = node.Targets[0].Requires, node.Targets[0].InputRewrites, nil
	return flatten
}

// jsonRewrites are the ways from objects at a path to what gives a context's value.
func (p *Plan) jsonRewrites(from []string, c *Context) []jsonRewrite {
	var out []jsonRewrite
	for _, g := range c.Givers {
		var up []string
		for _, key := range from[len(p.Positions[g.Position].Path):] {
			if key != "@" {
				up = append(up, "..")
			}
		}
		types := g.Types
		if types == nil {
			types = []string{p.Positions[g.Position].Type}
		}
		for _, t := range types {
			path := append(slices.Clone(up), "... on "+t)
			for fields := g.Fields; len(fields) > 0; {
				last := fields[len(fields)-1] // "__typename" of an object on the way is first
				path = append(path, last.Source.Key)
				fields = last.Fields
			}
			out = append(out, jsonRewrite{Kind: "KeyRenamer", Path: path, RenameKeyTo: c.Variable})
		}
	}
	return out
}

func jsonRequires(fields []RepresentationField) []*jsonRequire {
	var out []*jsonRequire
	for _, f := range fields {
		field := &jsonRequire{Kind: "Field", Name: f.Name, Selections: jsonRequires(f.Fields)}
		if f.Types == nil {
			out = append(out, field)
			continue
		}
		for _, t := range f.Types {
			out = append(out, &jsonRequire{Kind: "InlineFragment", TypeCondition: t, Selections: []*jsonRequire{field}})
		}
	}
	return out
}
