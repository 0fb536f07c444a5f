package universe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// execution answers one operation, as GraphQL October 2021 §6 has it.
type execution struct {
	schema    *ast.Schema
	subgraph  Subgraph
	variables map[string]any
	errors    gqlerror.List
}

// errNull spreads a null from a non-null field to its parent; the error itself
// was added to the execution's list.
var errNull = errors.New("null in a non-null position")

// execute returns the operation's data in the order of its selections.
func execute(schema *ast.Schema, subgraph Subgraph, operation *ast.OperationDefinition, variables map[string]any) (any, gqlerror.List) {
	e := &execution{schema: schema, subgraph: subgraph, variables: variables}
	root, object := schema.Query, subgraph.Query
	switch operation.Operation {
	case ast.Mutation:
		root, object = schema.Mutation, subgraph.Mutation
	case ast.Subscription:
		root, object = schema.Subscription, subgraph.Subscription
	}
	data, err := e.object(root, object, operation.SelectionSet, nil)
	if err != nil {
		return nil, e.errors
	}
	return data, e.errors
}

// entry is a field of an object in a response.
type entry struct {
	key   string
	value any
}

// ordered is an object that keeps the order of its fields in JSON.
type ordered []entry

// MarshalJSON implements json.Marshaler.
func (o ordered) MarshalJSON() ([]byte, error) {
	var buffer bytes.Buffer
	buffer.WriteByte('{')
	for i, e := range o {
		if i > 0 {
			buffer.WriteByte(',')
		}
		value, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&buffer, "%q:%s", e.key, value)
	}
	buffer.WriteByte('}')
	return buffer.Bytes(), nil
}

// object completes the selected fields of one object of the object type typ.
func (e *execution) object(typ *ast.Definition, object Object, selections ast.SelectionSet, path ast.Path) (ordered, error) {
	result := ordered{}
	for _, field := range e.collect(typ, selections, nil) {
		here := append(slices.Clone(path), ast.PathName(field[0].Alias))
		value, err := e.field(typ, object, field, here)
		if err != nil {
			return nil, err
		}
		result = append(result, entry{field[0].Alias, value})
	}
	return result, nil
}

// collect groups the selected fields by response key (§6.3.2).
func (e *execution) collect(typ *ast.Definition, selections ast.SelectionSet, groups [][]*ast.Field) [][]*ast.Field {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			if !e.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(groups, func(group []*ast.Field) bool { return group[0].Alias == s.Alias })
			if i < 0 {
				groups = append(groups, nil)
				i = len(groups) - 1
			}
			groups[i] = append(groups[i], s)
		case *ast.InlineFragment:
			if e.included(s.Directives) && e.applies(s.TypeCondition, typ) {
				groups = e.collect(typ, s.SelectionSet, groups)
			}
		case *ast.FragmentSpread:
			if e.included(s.Directives) && e.applies(s.Definition.TypeCondition, typ) {
				groups = e.collect(typ, s.Definition.SelectionSet, groups)
			}
		}
	}
	return groups
}

func (e *execution) included(directives ast.DirectiveList) bool {
	for name, want := range map[string]bool{"skip": false, "include": true} {
		if directive := directives.ForName(name); directive != nil {
			if condition, _ := directive.ArgumentMap(e.variables)["if"].(bool); condition != want {
				return false
			}
		}
	}
	return true
}

func (e *execution) applies(condition string, typ *ast.Definition) bool {
	return condition == "" || condition == typ.Name ||
		slices.ContainsFunc(e.schema.GetPossibleTypes(e.schema.Types[condition]), func(d *ast.Definition) bool { return d.Name == typ.Name })
}

// field resolves and completes one field; its selections are those of all
// fields of the group.
func (e *execution) field(typ *ast.Definition, object Object, group []*ast.Field, path ast.Path) (any, error) {
	field := group[0]
	if field.Name == "__typename" {
		return typ.Name, nil
	}
	var selections ast.SelectionSet
	for _, f := range group {
		selections = append(selections, f.SelectionSet...)
	}
	value, err := e.resolve(typ, object, field)
	if err != nil {
		e.fail(path, err)
		value = nil
	}
	return e.complete(field.Definition.Type, value, selections, path, err == nil)
}

func (e *execution) resolve(typ *ast.Definition, object Object, field *ast.Field) (any, error) {
	arguments := field.ArgumentMap(e.variables)
	switch field.Name {
	case "_entities":
		return e.entities(arguments["representations"])
	case "_service":
		return Object{"sdl": e.subgraph.SDL}, nil
	}
	value, found := object[field.Name]
	if !found {
		return nil, fmt.Errorf("subgraph %s has no value for %s.%s", e.subgraph.Name, typ.Name, field.Name)
	}
	if resolver, computed := value.(Resolver); computed {
		return resolver(arguments)
	}
	return value, nil
}

// entities looks representations up, in order. One that fails is an error for
// the whole list, as with most servers.
func (e *execution) entities(representations any) (any, error) {
	list, _ := representations.([]any)
	result := make([]any, len(list))
	for i, item := range list {
		representation, _ := item.(map[string]any)
		name, _ := representation["__typename"].(string)
		lookup := e.subgraph.Entities[name]
		if lookup == nil {
			return nil, fmt.Errorf("subgraph %s has no entity type %q (representation %d: %v)", e.subgraph.Name, name, i, item)
		}
		entity, err := lookup(representation)
		if err != nil {
			return nil, fmt.Errorf("representation %d of %s: %w", i, name, err)
		}
		if entity != nil {
			if _, named := entity["__typename"]; !named {
				entity = maps.Clone(entity) // it may be shared with other requests
				entity["__typename"] = name
			}
			result[i] = entity
		}
	}
	return result, nil
}

// complete gives value the form of typ (§6.4.3). silent says that a null needs
// an error of its own, because none was added for it.
func (e *execution) complete(typ *ast.Type, value any, selections ast.SelectionSet, path ast.Path, silent bool) (any, error) {
	if value == nil || isNilObject(value) {
		if !typ.NonNull {
			return nil, nil
		}
		if silent {
			e.fail(path, fmt.Errorf("null for %s", typ))
		}
		return nil, errNull
	}
	result, err := e.completeValue(typ, value, selections, path)
	if err != nil && !typ.NonNull {
		return nil, nil
	}
	return result, err
}

func isNilObject(value any) bool {
	object, is := value.(Object)
	return is && object == nil
}

func (e *execution) completeValue(typ *ast.Type, value any, selections ast.SelectionSet, path ast.Path) (any, error) {
	if typ.Elem != nil {
		return e.completeList(typ.Elem, value, selections, path)
	}
	definition := e.schema.Types[typ.NamedType]
	if name, isText := value.(string); isText && definition.Kind == ast.Enum && definition.EnumValues.ForName(name) == nil {
		e.fail(path, fmt.Errorf("%s has no value %s", typ.NamedType, name))
		return nil, errNull
	}
	if !definition.IsCompositeType() {
		return value, nil
	}
	object, isObject := value.(Object)
	if !isObject {
		e.fail(path, fmt.Errorf("%T is no object of type %s", value, typ.NamedType))
		return nil, errNull
	}
	if definition.IsAbstractType() {
		name, _ := object["__typename"].(string)
		if definition = e.schema.Types[name]; definition == nil {
			e.fail(path, fmt.Errorf("%q is no type of %s", name, typ.NamedType))
			return nil, errNull
		}
	}
	return e.object(definition, object, selections, path)
}

func (e *execution) completeList(element *ast.Type, value any, selections ast.SelectionSet, path ast.Path) (any, error) {
	list, isList := value.([]any)
	if !isList {
		e.fail(path, fmt.Errorf("%T is no list", value))
		return nil, errNull
	}
	result := make([]any, len(list))
	for i, item := range list {
		completed, err := e.complete(element, item, selections, append(slices.Clone(path), ast.PathIndex(i)), true)
		if err != nil {
			return nil, err
		}
		result[i] = completed
	}
	return result, nil
}

func (e *execution) fail(path ast.Path, err error) {
	e.errors = append(e.errors, gqlerror.WrapPath(path, err))
}
