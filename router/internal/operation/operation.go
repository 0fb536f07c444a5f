package operation

import (
	"encoding/json"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weftql/weft/schema/supergraph"
)

// Operation is one executable operation in normal form. It is immutable and
// safe for concurrent use.
type Operation struct {
	Head
	// Root is what the operation selects of its root type, introspection
	// included.
	Root *SelectionSet
	// Defers are the fragments with @defer; outer ones come before inner ones.
	Defers []Defer
}

// Head is an operation without what it selects: all that is needed of it once it
// is planned. It is immutable and safe for concurrent use.
type Head struct {
	// Kind is query, mutation or subscription.
	Kind ast.Operation
	// Name is the operation's name, or "".
	Name string
	// Declarations are the variables that the operation declares, in order.
	Declarations []Variable

	schema *ast.Schema
}

// Variable is one declared variable.
type Variable struct {
	Name string
	Type *ast.Type
	// Default is nil if the variable has none.
	Default *ast.Value

	literal json.RawMessage // of Default
}

// SelectionSet is what is selected of a composite value.
type SelectionSet struct {
	// Type is the value's type in the API schema.
	Type *ast.Definition
	// Fields are in the order of the response. The same key may stand in
	// several fields of disjoint Types.
	Fields []*Field
}

// Field is one field of a selection set.
type Field struct {
	// Key is the response key.
	Key string
	// Name is the field's name in the schema; "__typename" is a field as others.
	Name string
	// Arguments are as written; they may hold variables.
	Arguments ast.ArgumentList
	// Definition is the field in the API schema, of the object type if Types
	// has only one.
	Definition *ast.FieldDefinition
	// Parent is the type that declares Definition.
	Parent string
	// Types are the object types on which the field is shown, sorted; nil means
	// all that the API schema knows at this place.
	Types []string
	// Condition says when the field is shown, given that its parent is.
	Condition Condition
	// Defers are the fragments with @defer of which each has the field, by their
	// index in Operation.Defers; it is due with the first of them. Nil means at once.
	Defers []int
	// Selections are the parts of a composite field; nil for a leaf.
	Selections *SelectionSet
	// Position is the first place in the document that selects the field.
	Position *ast.Position
}

// Introspection tells whether the router answers the field itself.
func (f *Field) Introspection() bool { return f.Name == "__schema" || f.Name == "__type" }

// New parses, validates and normalises the operation of the given name (the
// only one, if the name is empty). Its error is a gqlerror.List; see the Code
// constants.
func New(text, operationName string, s *supergraph.Supergraph, limits Limits) (*Operation, error) {
	limits = limits.withDefaults()
	src := &ast.Source{Input: text}
	if err := checkTokens(src, limits); err != nil {
		return nil, gqlerror.List{err}
	}
	doc, err := parser.ParseQuery(src)
	if err != nil {
		return nil, parseFailed(err)
	}
	schema := s.API
	defers, gqlErr := incremental(doc, schema)
	if gqlErr != nil {
		return nil, gqlerror.List{gqlErr}
	}
	if defers {
		schema = withDefer(schema)
	}
	if errs := validator.ValidateWithRules(schema, doc, validationRules()); len(errs) > 0 {
		return nil, validationFailed(errs)
	}
	if errs := checkMerging(doc, limits); len(errs) > 0 {
		return nil, errs
	}
	def, gqlErr := choose(doc, operationName)
	if gqlErr != nil {
		return nil, gqlerror.List{gqlErr}
	}
	op := &Operation{Head: Head{Kind: def.Operation, Name: def.Name, schema: s.API}}
	for _, v := range def.VariableDefinitions {
		declared := Variable{Name: v.Variable, Type: v.Type, Default: v.DefaultValue}
		if declared.Default != nil {
			declared.literal = literal(declared.Default)
		}
		op.Declarations = append(op.Declarations, declared)
	}
	n := &normalizer{
		schema: s.API, fragments: doc.Fragments, left: limits.MaxFields, max: limits.MaxFields,
		kind: op.Kind, defers: defers, deferIDs: map[deferPlace]int{}, labels: map[string]*ast.Directive{},
	}
	root := map[ast.Operation]*ast.Definition{ast.Query: s.API.Query, ast.Mutation: s.API.Mutation, ast.Subscription: s.API.Subscription}[def.Operation]
	if op.Root, gqlErr = n.selectionSet(root, []part{{def.SelectionSet, scope{deferred: NoDefer}}}, nil, nil); gqlErr != nil {
		return nil, gqlerror.List{gqlErr}
	}
	op.Defers = n.deferred
	if op.Kind == ast.Subscription && (len(op.Root.Fields) != 1 || op.Root.Fields[0].Condition != nil) {
		// GraphQL September 2025 §5.2.4.1 Single Root Field
		return nil, gqlerror.List{errorAt(CodeValidationFailed, def.Position, "a subscription selects exactly one field, whatever the values of variables")}
	}
	return op, nil
}

func parseFailed(err error) gqlerror.List {
	out := errorAt(CodeParsing, nil, "%s", err.Error())
	var gqlErr *gqlerror.Error
	if errors.As(err, &gqlErr) {
		out.Message, out.Locations = gqlErr.Message, gqlErr.Locations
	}
	return gqlerror.List{out}
}

// maxErrors bounds the length of a response to an invalid document.
const maxErrors = 100

func validationFailed(errs gqlerror.List) gqlerror.List {
	errs = errs[:min(len(errs), maxErrors)]
	for _, err := range errs {
		err.Extensions = map[string]any{"code": CodeValidationFailed}
	}
	return errs
}

func choose(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	switch def := doc.Operations.ForName(name); {
	case len(doc.Operations) == 0:
		return nil, errorAt(CodeUnknownOperation, nil, "the document contains no operation")
	case def != nil:
		return def, nil
	case name == "":
		return nil, errorAt(CodeUnknownOperation, nil, "the document contains several operations: operationName must say which one is meant")
	default:
		return nil, errorAt(CodeUnknownOperation, nil, "the document contains no operation named %q", name)
	}
}

// incremental tells whether a document has @defer, and refuses @stream, which is
// not handled yet. A schema may have directives of these names with a meaning of
// its own.
func incremental(doc *ast.QueryDocument, schema *ast.Schema) (defers bool, refused *gqlerror.Error) {
	var sets []ast.SelectionSet
	for _, op := range doc.Operations {
		sets = append(sets, op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		sets = append(sets, f.SelectionSet)
	}
	for len(sets) > 0 {
		set := sets[len(sets)-1]
		sets = sets[:len(sets)-1]
		for _, sel := range set {
			var applied ast.DirectiveList
			switch sel := sel.(type) {
			case *ast.Field:
				applied = sel.Directives
				sets = append(sets, sel.SelectionSet)
			case *ast.InlineFragment:
				applied = sel.Directives
				sets = append(sets, sel.SelectionSet)
			case *ast.FragmentSpread:
				applied = sel.Directives
			}
			for _, d := range applied {
				switch {
				case schema.Directives[d.Name] != nil:
				case d.Name == "stream":
					return false, errorAt(CodeUnsupportedFeature, d.Position, "@stream is not supported")
				case d.Name == "defer":
					defers = true
				}
			}
		}
	}
	return defers, nil
}
