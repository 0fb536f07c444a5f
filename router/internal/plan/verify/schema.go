package verify

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/querygraph"
)

// schema returns what the supergraph tells of a subgraph's schema: the types and
// fields that it joins, with the types that they have there. The schema is for
// validating documents, not complete: what the supergraph dropped is missing.
func (v *Verifier) schema(graph int) *ast.Schema {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.schemas[graph] == nil {
		v.schemas[graph] = extract(v.graph, graph)
	}
	return v.schemas[graph]
}

func extract(g *querygraph.Graph, graph int) *ast.Schema {
	whole := g.Supergraph.Schema
	s := &ast.Schema{
		Types: map[string]*ast.Definition{}, Directives: maps.Clone(whole.Directives),
		PossibleTypes: map[string][]*ast.Definition{}, Implements: map[string][]*ast.Definition{},
	}
	for name, def := range whole.Types {
		if !def.IsCompositeType() || def.BuiltIn {
			s.Types[name] = def
		}
	}
	var entities []string
	for i := range g.Types {
		t := &g.Types[i]
		if !t.In(graph).Present {
			continue
		}
		def := extractType(g, t, graph)
		s.Types[t.Name] = def
		if def.Kind == ast.Object && slices.ContainsFunc(t.In(graph).Keys, func(k querygraph.Key) bool { return k.Resolvable }) {
			entities = append(entities, t.Name)
		}
	}
	for i := range g.Types {
		t := &g.Types[i]
		if t.In(graph).InterfaceObject {
			s.PossibleTypes[t.Name] = append(s.PossibleTypes[t.Name], s.Types[t.Name])
			continue
		}
		for _, p := range t.In(graph).Possible {
			if def := s.Types[g.Types[p].Name]; def != nil {
				s.PossibleTypes[t.Name] = append(s.PossibleTypes[t.Name], def)
				if t.Kind != ast.Object {
					s.Implements[def.Name] = append(s.Implements[def.Name], s.Types[t.Name])
				}
			}
		}
	}
	root := func(def *ast.Definition) *ast.Definition {
		if def == nil {
			return nil
		}
		return s.Types[def.Name]
	}
	s.Query, s.Mutation, s.Subscription = root(whole.Query), root(whole.Mutation), root(whole.Subscription)
	if s.Query == nil {
		s.Query = &ast.Definition{Kind: ast.Object, Name: "Query"}
		s.Types["Query"] = s.Query
	}
	if len(entities) > 0 {
		addEntities(s, entities)
	}
	return s
}

func extractType(g *querygraph.Graph, t *querygraph.Type, graph int) *ast.Definition {
	source := g.Supergraph.Schema.Types[t.Name]
	def := &ast.Definition{Kind: t.Kind, Name: t.Name}
	if t.In(graph).InterfaceObject {
		def.Kind = ast.Object
	}
	if t.Kind == ast.Union {
		for _, m := range t.In(graph).Possible {
			def.Types = append(def.Types, g.Types[m].Name)
		}
	}
	for _, name := range source.Interfaces {
		if id, ok := g.Type(name); ok && g.Types[id].In(graph).Present {
			def.Interfaces = append(def.Interfaces, name)
		}
	}
	for _, id := range t.Fields {
		in := g.Fields[id].In(graph)
		if !in.Present {
			continue
		}
		f := *g.Fields[id].Definition
		f.Type, f.Directives = in.Type, nil
		for _, a := range in.Context {
			f.Arguments = append(slices.Clip(f.Arguments), &ast.ArgumentDefinition{Name: a.Name, Type: a.Type})
		}
		def.Fields = append(def.Fields, &f)
	}
	return def
}

// addEntities adds Query._entities.
func addEntities(s *ast.Schema, entities []string) {
	union := &ast.Definition{Kind: ast.Union, Name: "_Entity", Types: entities}
	for _, name := range entities {
		s.PossibleTypes["_Entity"] = append(s.PossibleTypes["_Entity"], s.Types[name])
		s.Implements[name] = append(s.Implements[name], union)
	}
	s.Types["_Entity"] = union
	s.Types["_Any"] = &ast.Definition{Kind: ast.Scalar, Name: "_Any"}
	s.Query.Fields = append(s.Query.Fields, &ast.FieldDefinition{
		Name: "_entities", Type: ast.NonNullListType(ast.NamedType("_Entity", nil), nil),
		Arguments: ast.ArgumentDefinitionList{{Name: "representations", Type: ast.NonNullListType(ast.NonNullNamedType("_Any", nil), nil)}},
	})
}
