package introspection

import "github.com/vektah/gqlparser/v2/ast"

// rootField writes a field of the query type.
func (w *writer) rootField(field *ast.Field, sets []ast.SelectionSet) {
	switch field.Name {
	case "__schema":
		w.schemaObject(sets)
	case "__type":
		name, _ := w.argument(field.Arguments, "name").(string)
		if w.schema.Types[name] == nil {
			w.null()
			return
		}
		w.typeObject(ast.NamedType(name, nil), sets)
	default: // not for us to answer
		w.null()
	}
}

// schemaObject writes a __Schema. Specification §4.2.1.
func (w *writer) schemaObject(sets []ast.SelectionSet) {
	writeObject(w, "__Schema", sets, func(field *ast.Field, sets []ast.SelectionSet) {
		root := func(definition *ast.Definition) {
			if definition == nil {
				w.null()
				return
			}
			w.typeObject(ast.NamedType(definition.Name, nil), sets)
		}
		switch field.Name {
		case "description":
			w.optional(w.schema.Description)
		case "types":
			list(w, w.types, func(d *ast.Definition) { w.typeObject(ast.NamedType(d.Name, nil), sets) })
		case "queryType":
			root(w.schema.Query)
		case "mutationType":
			root(w.schema.Mutation)
		case "subscriptionType":
			root(w.schema.Subscription)
		case "directives":
			list(w, w.directives, func(d *ast.DirectiveDefinition) { w.directiveObject(d, sets) })
		default:
			w.null()
		}
	})
}

// directiveObject writes a __Directive. Specification §4.2.6.
func (w *writer) directiveObject(directive *ast.DirectiveDefinition, sets []ast.SelectionSet) {
	writeObject(w, "__Directive", sets, func(field *ast.Field, sets []ast.SelectionSet) {
		switch field.Name {
		case "name":
			w.string(directive.Name)
		case "description":
			w.optional(directive.Description)
		case "isRepeatable":
			w.boolean(directive.IsRepeatable)
		case "locations":
			list(w, directive.Locations, func(l ast.DirectiveLocation) { w.string(string(l)) })
		case "args":
			w.arguments(directive.Arguments, field, sets)
		default:
			w.null()
		}
	})
}
