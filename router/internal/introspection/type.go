package introspection

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// typeObject writes a __Type: a wrapper, or the type of that name.
// Specification §4.2.2.
func (w *writer) typeObject(t *ast.Type, sets []ast.SelectionSet) {
	switch {
	case t.NonNull:
		nullable := *t
		nullable.NonNull = false
		w.wrapperObject("NON_NULL", &nullable, sets)
	case t.Elem != nil:
		w.wrapperObject("LIST", t.Elem, sets)
	default:
		w.namedObject(w.schema.Types[t.NamedType], sets)
	}
}

func (w *writer) wrapperObject(kind string, of *ast.Type, sets []ast.SelectionSet) {
	writeObject(w, "__Type", sets, func(field *ast.Field, sets []ast.SelectionSet) {
		switch field.Name {
		case "kind":
			w.string(kind)
		case "ofType":
			w.typeObject(of, sets)
		default:
			w.null()
		}
	})
}

// namedObject writes a type that has a name. What a kind does not have is null.
func (w *writer) namedObject(d *ast.Definition, sets []ast.SelectionSet) {
	writeObject(w, "__Type", sets, func(field *ast.Field, sets []ast.SelectionSet) {
		hasFields := d.Kind == ast.Object || d.Kind == ast.Interface
		types := func(names []*ast.Type) {
			list(w, names, func(t *ast.Type) { w.typeObject(t, sets) })
		}
		switch {
		case field.Name == "kind":
			w.string(string(d.Kind))
		case field.Name == "name":
			w.string(d.Name)
		case field.Name == "description":
			w.optional(d.Description)
		case field.Name == "specifiedByURL" && d.Kind == ast.Scalar:
			w.optional(directiveText(d.Directives, "specifiedBy", "url"))
		case field.Name == "fields" && hasFields:
			w.fields(d, field, sets)
		case field.Name == "interfaces" && hasFields:
			types(named(d.Interfaces))
		case field.Name == "possibleTypes" && d.IsAbstractType():
			types(w.possible[d.Name])
		case field.Name == "enumValues" && d.Kind == ast.Enum:
			w.enumValues(d, field, sets)
		case field.Name == "inputFields" && d.Kind == ast.InputObject:
			w.inputFields(d, field, sets)
		case field.Name == "isOneOf" && d.Kind == ast.InputObject:
			w.boolean(d.Directives.ForName("oneOf") != nil)
		default:
			w.null()
		}
	})
}

func named(names []string) []*ast.Type {
	types := make([]*ast.Type, len(names))
	for i, name := range names {
		types[i] = ast.NamedType(name, nil)
	}
	return types
}

// fields writes the __Fields of a type. Specification §4.2.3.
func (w *writer) fields(d *ast.Definition, selected *ast.Field, sets []ast.SelectionSet) {
	var shown []*ast.FieldDefinition
	for _, f := range d.Fields {
		// The parser adds __schema and __type to the query type.
		if !strings.HasPrefix(f.Name, "__") && (w.withDeprecated(selected) || !isDeprecated(f.Directives)) {
			shown = append(shown, f)
		}
	}
	list(w, shown, func(f *ast.FieldDefinition) {
		writeObject(w, "__Field", sets, func(field *ast.Field, sets []ast.SelectionSet) {
			switch field.Name {
			case "args":
				w.arguments(f.Arguments, field, sets)
			case "type":
				w.typeObject(f.Type, sets)
			default:
				w.element(field, f.Name, f.Description, f.Directives)
			}
		})
	})
}

// element writes the fields that fields, values and inputs have in common.
func (w *writer) element(field *ast.Field, name, description string, directives ast.DirectiveList) {
	switch field.Name {
	case "name":
		w.string(name)
	case "description":
		w.optional(description)
	case "isDeprecated":
		w.boolean(isDeprecated(directives))
	case "deprecationReason":
		if !isDeprecated(directives) {
			w.null()
			return
		}
		w.string(deprecationReason(directives))
	default:
		w.null()
	}
}

// enumValues writes the __EnumValues of an enum. Specification §4.2.5.
func (w *writer) enumValues(d *ast.Definition, selected *ast.Field, sets []ast.SelectionSet) {
	var shown []*ast.EnumValueDefinition
	for _, v := range d.EnumValues {
		if w.withDeprecated(selected) || !isDeprecated(v.Directives) {
			shown = append(shown, v)
		}
	}
	list(w, shown, func(v *ast.EnumValueDefinition) {
		writeObject(w, "__EnumValue", sets, func(field *ast.Field, _ []ast.SelectionSet) {
			w.element(field, v.Name, v.Description, v.Directives)
		})
	})
}

// input is an argument or a field of an input type.
type input struct {
	name, description string
	typ               *ast.Type
	value             *ast.Value // the default, or nil
	directives        ast.DirectiveList
}

func (w *writer) arguments(definitions ast.ArgumentDefinitionList, selected *ast.Field, sets []ast.SelectionSet) {
	inputs := make([]input, 0, len(definitions))
	for _, a := range definitions {
		inputs = append(inputs, input{a.Name, a.Description, a.Type, a.DefaultValue, a.Directives})
	}
	w.inputs(inputs, selected, sets)
}

func (w *writer) inputFields(d *ast.Definition, selected *ast.Field, sets []ast.SelectionSet) {
	inputs := make([]input, 0, len(d.Fields))
	for _, f := range d.Fields {
		inputs = append(inputs, input{f.Name, f.Description, f.Type, f.DefaultValue, f.Directives})
	}
	w.inputs(inputs, selected, sets)
}

// inputs writes __InputValues. Specification §4.2.4.
func (w *writer) inputs(all []input, selected *ast.Field, sets []ast.SelectionSet) {
	var shown []input
	for _, in := range all {
		if w.withDeprecated(selected) || !isDeprecated(in.directives) {
			shown = append(shown, in)
		}
	}
	list(w, shown, func(in input) {
		writeObject(w, "__InputValue", sets, func(field *ast.Field, sets []ast.SelectionSet) {
			switch {
			case field.Name == "type":
				w.typeObject(in.typ, sets)
			case field.Name == "defaultValue" && in.value != nil:
				w.string(literal(in.value))
			case field.Name == "defaultValue":
				w.null()
			default:
				w.element(field, in.name, in.description, in.directives)
			}
		})
	})
}

func isDeprecated(directives ast.DirectiveList) bool { return directives.ForName("deprecated") != nil }

// deprecationReason returns why something is deprecated. The default is that of
// the directive's definition.
func deprecationReason(directives ast.DirectiveList) string {
	if directives.ForName("deprecated").Arguments.ForName("reason") == nil {
		return "No longer supported"
	}
	return directiveText(directives, "deprecated", "reason")
}

func directiveText(directives ast.DirectiveList, directive, argument string) string {
	if d := directives.ForName(directive); d != nil {
		if a := d.Arguments.ForName(argument); a != nil {
			return a.Value.Raw
		}
	}
	return ""
}

// literal returns a constant in GraphQL's notation, spaced as graphql-js does.
func literal(v *ast.Value) string {
	var parts []string
	switch v.Kind {
	case ast.ListValue:
		for _, child := range v.Children {
			parts = append(parts, literal(child.Value))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case ast.ObjectValue:
		for _, child := range v.Children {
			parts = append(parts, child.Name+": "+literal(child.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case ast.StringValue, ast.BlockValue:
		return quote(v.Raw)
	}
	return v.Raw
}

// quote writes a string value. Specification §2.9.4.
func quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
