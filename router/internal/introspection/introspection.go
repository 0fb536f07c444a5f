package introspection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Codes of errors in extensions.code.
const (
	// CodeValidation occurs when a document follows types too deep:
	// {__schema{types{fields{type{fields{type{fields{name}}}}}}}}.
	CodeValidation = "GRAPHQL_VALIDATION_FAILED"
	// CodeTooLarge occurs when the answer would be too large, as with thousands
	// of aliases.
	CodeTooLarge = "INTROSPECTION_TOO_LARGE"
)

const (
	// maxAnswerBytes bounds an answer.
	maxAnswerBytes = 16 << 20
	// maxVisited bounds the work for one, also where it writes nothing (@skip).
	maxVisited = 4 << 20
)

// Introspection answers introspection of one schema. It is immutable and safe
// for concurrent use.
type Introspection struct {
	schema     *ast.Schema
	types      []*ast.Definition          // by name
	directives []*ast.DirectiveDefinition // by name
	possible   map[string][]*ast.Type     // of interfaces and unions, by name
	maxBytes   int                        // of an answer
	maxVisited int                        // selections, once for each object that they are of
}

// New returns the introspection of an API schema, which must not change
// afterwards.
func New(schema *ast.Schema) *Introspection {
	i := &Introspection{
		schema: schema, possible: map[string][]*ast.Type{}, maxBytes: maxAnswerBytes, maxVisited: maxVisited,
	}
	for _, definition := range schema.Types {
		i.types = append(i.types, definition)
		if !definition.IsAbstractType() {
			continue
		}
		for _, member := range schema.PossibleTypes[definition.Name] {
			// Interfaces that implement an interface are not among its types.
			if member.Kind == ast.Object {
				i.possible[definition.Name] = append(i.possible[definition.Name], ast.NamedType(member.Name, nil))
			}
		}
		slices.SortFunc(i.possible[definition.Name], func(a, b *ast.Type) int { return strings.Compare(a.NamedType, b.NamedType) })
	}
	for _, directive := range schema.Directives {
		// The parser's prelude has it; the router does not execute it.
		if directive.Name != "defer" {
			i.directives = append(i.directives, directive)
		}
	}
	slices.SortFunc(i.types, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(i.directives, func(a, b *ast.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	return i
}

// Check refuses a document that follows types too deep: a request that has one
// is refused before anything is executed. Its errors are *gqlerror.Error with a
// code.
func Check(document string) error {
	_, err := parse(document)
	return err
}

func parse(document string) (*ast.QueryDocument, error) {
	parsed, err := parser.ParseQuery(&ast.Source{Name: "introspection", Input: document})
	if err != nil {
		return nil, fmt.Errorf("introspection: %w", err)
	}
	if len(parsed.Operations) != 1 {
		return nil, fmt.Errorf("introspection: the document has %d operations, want one", len(parsed.Operations))
	}
	return parsed, checkDepth(parsed.Operations[0].SelectionSet, parsed.Fragments, 0, nil)
}

// Execute answers a valid document with one operation, whose root fields are
// __schema, __type and __typename. Values of variables are as encoding/json
// decodes them. Its errors are those of Check, and one for an answer that is too
// large.
func (i *Introspection) Execute(document string, variables map[string]any) ([]byte, error) {
	parsed, err := parse(document)
	if err != nil {
		return nil, err
	}
	operation := parsed.Operations[0]
	w := &writer{Introspection: i, fragments: parsed.Fragments, variables: withDefaults(operation, variables)}
	w.raw(`{"data":`)
	writeObject(w, i.schema.Query.Name, []ast.SelectionSet{operation.SelectionSet}, w.rootField)
	w.raw("}")
	if w.full {
		return nil, failure(CodeTooLarge, operation.Position, "the introspection's answer is too large: ask for less at a time")
	}
	return w.out, nil
}

// withDefaults adds the defaults of variables that were not given.
func withDefaults(operation *ast.OperationDefinition, variables map[string]any) map[string]any {
	result := map[string]any{}
	for _, definition := range operation.VariableDefinitions {
		if value, given := variables[definition.Variable]; given {
			result[definition.Variable] = value
		} else if definition.DefaultValue != nil {
			if value, err := definition.DefaultValue.Value(nil); err == nil {
				result[definition.Variable] = value
			}
		}
	}
	return result
}

// maxLists is how many of the lists that lead from type to type may be nested.
const maxLists = 3

// checkDepth bounds how far types are followed: each step may multiply the
// answer by the number of all types or fields.
func checkDepth(set ast.SelectionSet, fragments ast.FragmentDefinitionList, lists int, spread []string) error {
	for _, selection := range set {
		var err error
		switch s := selection.(type) {
		case *ast.Field:
			inside := lists
			switch s.Name {
			case "fields", "interfaces", "possibleTypes", "inputFields":
				if inside++; inside >= maxLists {
					return failure(CodeValidation, s.Position, "Maximum introspection depth exceeded")
				}
			}
			err = checkDepth(s.SelectionSet, fragments, inside, spread)
		case *ast.InlineFragment:
			err = checkDepth(s.SelectionSet, fragments, lists, spread)
		case *ast.FragmentSpread:
			fragment := fragments.ForName(s.Name)
			if fragment == nil || slices.Contains(spread, s.Name) {
				return failure(CodeValidation, s.Position, "fragment %q is not there, or spreads itself", s.Name)
			}
			err = checkDepth(fragment.SelectionSet, fragments, lists, append(slices.Clone(spread), s.Name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func failure(code string, position *ast.Position, format string, arguments ...any) error {
	err := gqlerror.ErrorPosf(position, format, arguments...)
	err.Extensions = map[string]any{"code": code}
	return err
}
