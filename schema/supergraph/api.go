package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// stripping says what a schema loses on its way from the supergraph's SDL.
type stripping struct {
	// owned tells whether an element belongs to a specification that is left
	// out; directives' names come with "@".
	owned func(name string) bool
	// known are the answers of owned for directives, without "@".
	known map[string]bool
	// inaccessible is the directive whose elements are left out, or "".
	inaccessible string
}

// buildSchema makes a schema of copies of the document's definitions, so that
// the two schemas of a supergraph share nothing that validation writes to.
func buildSchema(doc *ast.SchemaDocument, strip stripping, src *ast.Source) (*ast.Schema, error) {
	if len(doc.Extensions) > 0 {
		return nil, invalid(doc.Extensions[0].Position, "a supergraph has no extensions; %q is extended", doc.Extensions[0].Name)
	}
	out := validator.PreludeDocument()
	// Nothing executes @defer yet; a schema that lists it would promise it.
	out.Directives = slices.DeleteFunc(out.Directives, func(d *ast.DirectiveDefinition) bool { return d.Name == "defer" })
	gone := map[string]bool{}
	for _, def := range doc.Definitions {
		if strip.owned(def.Name) || strip.hides(def.Directives) {
			gone[def.Name] = true
		}
	}
	for _, def := range doc.Definitions {
		if !gone[def.Name] {
			out.Definitions = append(out.Definitions, strip.definition(def, gone))
		}
	}
	for _, d := range doc.Directives {
		if !strip.ownsDirective(d.Name) {
			c := *d
			c.Arguments = strip.arguments(d.Arguments)
			out.Directives = append(out.Directives, &c)
		}
	}
	out.Schema = strip.roots(doc.Schema, gone)
	out.SchemaExtension = strip.roots(doc.SchemaExtension, gone)
	schema, err := validator.ValidateSchemaDocument(out)
	if err != nil {
		return nil, graphqlError(err, src)
	}
	if schema.Query == nil {
		return nil, invalid(&ast.Position{Line: 1, Column: 1, Src: src}, "the schema has no query type")
	}
	return schema, nil
}

func (s stripping) hides(applied ast.DirectiveList) bool {
	return s.inaccessible != "" && applied.ForName(s.inaccessible) != nil
}

func (s stripping) directives(applied ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range applied {
		if !s.ownsDirective(d.Name) {
			c := *d
			out = append(out, &c)
		}
	}
	return out
}

func (s stripping) ownsDirective(name string) bool {
	owned, known := s.known[name]
	if !known {
		owned = s.owned("@" + name)
		s.known[name] = owned
	}
	return owned
}

func (s stripping) roots(defs ast.SchemaDefinitionList, gone map[string]bool) ast.SchemaDefinitionList {
	var out ast.SchemaDefinitionList
	for _, def := range defs {
		c := *def
		c.Directives = s.directives(def.Directives)
		c.OperationTypes = nil
		for _, op := range def.OperationTypes {
			if !gone[op.Type] {
				c.OperationTypes = append(c.OperationTypes, op)
			}
		}
		out = append(out, &c)
	}
	return out
}

func (s stripping) definition(def *ast.Definition, gone map[string]bool) *ast.Definition {
	c := *def
	c.Directives = s.directives(def.Directives)
	c.Interfaces, c.Types, c.TypePositions = nil, nil, nil
	for _, name := range def.Interfaces {
		if !gone[name] {
			c.Interfaces = append(c.Interfaces, name)
		}
	}
	for i, name := range def.Types {
		if !gone[name] {
			c.Types = append(c.Types, name)
			if len(def.TypePositions) == len(def.Types) {
				c.TypePositions = append(c.TypePositions, def.TypePositions[i])
			}
		}
	}
	c.Fields = make(ast.FieldList, 0, len(def.Fields))
	fields := make([]ast.FieldDefinition, len(def.Fields))
	for i, f := range def.Fields {
		if s.hides(f.Directives) {
			continue
		}
		fields[i] = *f
		fields[i].Directives = s.directives(f.Directives)
		fields[i].Arguments = s.arguments(f.Arguments)
		c.Fields = append(c.Fields, &fields[i])
	}
	c.EnumValues = make(ast.EnumValueList, 0, len(def.EnumValues))
	values := make([]ast.EnumValueDefinition, len(def.EnumValues))
	for i, v := range def.EnumValues {
		if s.hides(v.Directives) {
			continue
		}
		values[i] = *v
		values[i].Directives = s.directives(v.Directives)
		c.EnumValues = append(c.EnumValues, &values[i])
	}
	return &c
}

func (s stripping) arguments(args ast.ArgumentDefinitionList) ast.ArgumentDefinitionList {
	var out ast.ArgumentDefinitionList
	for _, a := range args {
		if s.hides(a.Directives) {
			continue
		}
		c := *a
		c.Directives = s.directives(a.Directives)
		out = append(out, &c)
	}
	return out
}
