package server

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// entityKey is one @key of an entity type: the fields at its leaves.
type entityKey []keyField

// keyField is a field of a key that is no object: its path from the entity, and
// its type.
type keyField struct {
	path []string
	of   *ast.Type
}

// entityKeys returns the keys by which the schema lets entities be looked up, in
// the order in which the generated code tries them.
func entityKeys(schema *ast.Schema) (map[string][]entityKey, error) {
	all := map[string][]entityKey{}
	for name, definition := range schema.Types {
		for _, directive := range definition.Directives.ForNames("key") {
			if resolvable := directive.Arguments.ForName("resolvable"); resolvable != nil && resolvable.Value.Raw == "false" {
				continue
			}
			fields := directive.Arguments.ForName("fields")
			if fields == nil {
				return nil, fmt.Errorf("server: a @key of %s has no fields", name)
			}
			document, err := parser.ParseQuery(&ast.Source{Input: "{" + fields.Value.Raw + "}"})
			if err != nil {
				return nil, fmt.Errorf("server: a @key of %s: %w", name, err)
			}
			key, err := keyFields(schema, definition, nil, document.Operations[0].SelectionSet)
			if err != nil {
				return nil, fmt.Errorf("server: a @key of %s: %w", name, err)
			}
			all[name] = append(all[name], key)
		}
	}
	return all, nil
}

// keyFields returns the leaves of a key's selections below prefix.
func keyFields(schema *ast.Schema, definition *ast.Definition, prefix []string, selections ast.SelectionSet) (entityKey, error) {
	var key entityKey
	for _, selection := range selections {
		selected, ok := selection.(*ast.Field)
		if !ok {
			return nil, fmt.Errorf("fragments cannot be part of a key")
		}
		field := definition.Fields.ForName(selected.Name)
		if field == nil {
			return nil, fmt.Errorf("%s has no field %s", definition.Name, selected.Name)
		}
		path := append(append([]string(nil), prefix...), selected.Name)
		if len(selected.SelectionSet) == 0 {
			key = append(key, keyField{path: path, of: field.Type})
			continue
		}
		below, err := keyFields(schema, schema.Types[field.Type.Name()], path, selected.SelectionSet)
		if err != nil {
			return nil, err
		}
		key = append(key, below...)
	}
	return key, nil
}

// in tells whether a representation has the key: all of its fields, and not
// nothing but nulls.
func (k entityKey) in(representation map[string]any) bool {
	nulls := 0
	for _, field := range k {
		value, found := field.value(representation)
		if !found {
			return false
		}
		if value == nil {
			nulls++
		}
	}
	return nulls < len(k)
}

// readable tells whether the values of the key are some of its types.
func (k entityKey) readable(schema *ast.Schema, representation map[string]any) bool {
	for _, field := range k {
		if value, found := field.value(representation); !found || !fits(schema, field.of, value) {
			return false
		}
	}
	return true
}

func (f keyField) value(representation map[string]any) (value any, found bool) {
	for i, name := range f.path {
		if value, found = representation[name]; !found {
			return nil, false
		}
		if i < len(f.path)-1 {
			if representation, found = value.(map[string]any); !found {
				return nil, false
			}
		}
	}
	return value, found
}

// fits tells whether a value of a variable or a literal can be read as a type.
// What a custom scalar is made of only the service knows.
func fits(schema *ast.Schema, of *ast.Type, value any) bool {
	if value == nil {
		return !of.NonNull
	}
	if of.Elem != nil {
		list, ok := value.([]any)
		for i := 0; ok && i < len(list); i++ {
			ok = fits(schema, of.Elem, list[i])
		}
		return ok
	}
	text, isText := value.(string)
	switch definition := schema.Types[of.NamedType]; {
	case of.NamedType == "ID":
		_, isInteger := integer(value)
		return isText || isInteger
	case of.NamedType == "String":
		return isText
	case of.NamedType == "Int":
		n, isInteger := integer(value)
		return isInteger && n == int64(int32(n))
	case of.NamedType == "Float":
		return isNumber(value)
	case of.NamedType == "Boolean":
		_, isBoolean := value.(bool)
		return isBoolean
	case definition.Kind == ast.Enum:
		return isText && definition.EnumValues.ForName(text) != nil
	default:
		return true
	}
}

// integer returns the value of a number without a fraction.
func integer(value any) (int64, bool) {
	switch value := value.(type) {
	case json.Number: // of a variable
		n, err := strconv.ParseInt(string(value), 10, 64)
		return n, err == nil
	case int64: // of a literal
		return value, true
	}
	return 0, false
}

func isNumber(value any) bool {
	switch value.(type) {
	case json.Number, int64, float64:
		return true
	}
	return false
}
