package server

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/plugin/federation/fedruntime"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// entities stands before the generated code of Query._entities, which lets one
// representation whose key it cannot read fail all of the same type, and which
// takes the first's key for that of all.
//
//	representations ─▶ unknown type: the field fails
//	                   no entity of this service: an error in its place
//	                   no key, or one that is none: null in its place
//	                   the others, by key ─▶ generated code ─▶ entities in their places
//
// That is how @apollo/subgraph answers. It is safe for concurrent use.
type entities struct {
	schema *ast.Schema
	keys   map[string][]entityKey
	most   int64 // representations in one operation
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*entities)(nil)

func newEntities(schema *ast.Schema, most int) (*entities, error) {
	keys, err := entityKeys(schema)
	return &entities{schema: schema, keys: keys, most: int64(most)}, err
}

// entitiesField is the field of Query by which the router looks up entities.
const entitiesField = "_entities"

// ExtensionName implements graphql.HandlerExtension.
func (*entities) ExtensionName() string { return "entities" }

// Validate implements graphql.HandlerExtension.
func (*entities) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator: operations
// that look up entities get a middleware, others do without its cost.
func (e *entities) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation.Operation != ast.Query || !selectsEntities(operation.Operation.SelectionSet) {
		return nil
	}
	inner := operation.ResolverMiddleware
	var count atomic.Int64 // of representations so far: fields run at the same time
	operation.ResolverMiddleware = func(ctx context.Context, next graphql.Resolver) (any, error) {
		if field := graphql.GetFieldContext(ctx); field != nil && field.Field.Name == entitiesField && field.Object == e.schema.Query.Name {
			return inner(ctx, func(ctx context.Context) (any, error) {
				representations, _ := field.Args["representations"].([]map[string]any)
				if count.Add(int64(len(representations))) > e.most {
					return nil, refusal.BadInput("the request has more than %d representations", e.most)
				}
				return e.resolve(ctx, field, representations, next)
			})
		}
		return inner(ctx, next)
	}
	return nil
}

func selectsEntities(selections ast.SelectionSet) bool {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			if selection.Name == entitiesField {
				return true
			}
		case *ast.InlineFragment:
			if selectsEntities(selection.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if selection.Definition != nil && selectsEntities(selection.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

// none is the place of a representation that is not looked up.
const none = -1

// resolve calls the generated code, once for each key that is used.
func (e *entities) resolve(ctx context.Context, field *graphql.FieldContext, representations []map[string]any, next graphql.Resolver) (any, error) {
	keys := make([]int, len(representations)) // of each, or none
	var used []int                            // the different ones
	whole := true
	for i, representation := range representations {
		key, err := e.keyOf(representation)
		if err != nil {
			name, _ := representation["__typename"].(string)
			if !e.isComposite(name) {
				return nil, err
			}
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		}
		keys[i] = key
		if key == none {
			whole = false
		} else if !slices.Contains(used, key) {
			used = append(used, key)
		}
	}
	if whole && len(used) <= 1 {
		return next(ctx)
	}
	found := make([]fedruntime.Entity, len(representations))
	for _, key := range used {
		only := withKey(key, keys, representations)
		field.Args["representations"] = only.representations
		result, err := next(context.WithValue(ctx, placesKey{}, places{field, only.places}))
		if err != nil {
			return nil, err
		}
		entities, _ := result.([]fedruntime.Entity)
		for i, entity := range entities {
			found[only.places[i]] = entity
		}
	}
	field.Args["representations"] = representations
	return found, nil
}

// places are where the representations that the generated code was given stand in
// the request.
type places struct {
	field *graphql.FieldContext
	of    []int
}

// placesKey is the key of places in a context.
type placesKey struct{}

// placed returns the path of an error that generated code gives for one of some
// representations.
func placed(ctx context.Context, path ast.Path) ast.Path {
	given, ok := ctx.Value(placesKey{}).(places)
	if !ok || graphql.GetFieldContext(ctx) != given.field {
		return path // also of a field of an entity: it was put in its place before
	}
	end := len(given.field.Path())
	if end < len(path) {
		if index, ok := path[end].(ast.PathIndex); ok && int(index) < len(given.of) {
			path = slices.Clone(path)
			path[end] = ast.PathIndex(given.of[index])
		}
	}
	return path
}

// keyOf returns which key of its type a representation has, or none; the error
// says why its type cannot be looked up.
func (e *entities) keyOf(representation map[string]any) (int, error) {
	name, ok := representation["__typename"].(string)
	if !ok {
		return none, refusal.BadInput("a representation has no __typename")
	}
	keys, known := e.keys[name]
	if !known {
		return none, refusal.BadInput("no entity of type %s can be looked up here", clip(name))
	}
	for i, key := range keys {
		if !key.in(representation) {
			continue
		}
		if !key.readable(e.schema, representation) {
			break // the generated code would try no other
		}
		return i, nil
	}
	return none, nil
}

// isComposite tells whether the schema has an object type or an interface of
// this name.
func (e *entities) isComposite(name string) bool {
	definition := e.schema.Types[name]
	return definition != nil && (definition.Kind == ast.Object || definition.Kind == ast.Interface)
}

// some are some of the representations, and where each stands among all.
type some struct {
	representations []map[string]any
	places          []int
}

// withKey returns the representations that are looked up by a key.
func withKey(key int, keys []int, representations []map[string]any) some {
	var only some
	for i, representation := range representations {
		if keys[i] == key {
			only.representations = append(only.representations, representation)
			only.places = append(only.places, i)
		}
	}
	return only
}

// clip keeps messages short.
func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
