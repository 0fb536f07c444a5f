package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// lean makes the generated code of a directory do without what costs more than it
// does, half of the time of a batch of entities:
//
//   - gqlgen begins a goroutine for each element of a list; package marshal takes
//     its place;
//   - gqlgen computes the path of each object and prepares a map of its keys, in case
//     something of it is deferred; where nothing is, package marshal writes it;
//   - gqlgen gives each field a context, a middleware and a place to recover from
//     panics, also where the resolver is "return obj.Name, nil". Such a field is
//     written as what it is. Fields with methods or resolvers keep theirs, and so do
//     those that are objects or lists;
//   - gqlgen makes a map of the request's input types for UnmarshalInputFromContext,
//     and a set and a map for what is deferred of each object. Nobody calls the
//     former here; the latter are made when something is deferred.
func lean(directory string) error {
	files, err := filepath.Glob(filepath.Join(directory, "*.generated.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		changed, err := leaner(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if changed != string(text) {
			if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// gqlgen's import, behind which that of package marshal goes, and its function for
// lists.
const (
	runtimeImport  = "\t\"github.com/99designs/gqlgen/graphql\"\n"
	marshalImport  = "\t\"github.com/weftql/weft/subgraphs/internal/marshal\"\n"
	sliceOfGqlgen  = "graphql.MarshalSliceConcurrently("
	sliceOfMarshal = "marshal.Slice("
)

// What generated code does at the end of an object, and what it does before that
// now.
const (
	deferring = "\tatomic.AddInt32(&ec.Deferred, int32(min(len(deferLabelToView), math.MaxInt32)))\n"
	object    = "\tif len(deferLabelToView) == 0 {\n\t\treturn marshal.Object(fields, out.Values)\n\t}\n"
)

// Where what is deferred is kept and used.
const (
	deferred       = "\tdeferredFieldSet := graphql.NewFieldSet(nil)\n\tdeferLabelToView := make(map[string]*graphql.FieldSetView)\n"
	deferredLazily = "\tvar deferredFieldSet *graphql.FieldSet\n\tvar deferLabelToView map[string]*graphql.FieldSetView\n"

	deferField       = "deferredFieldSet.AddField(field)\n"
	deferFieldLazily = "if deferredFieldSet == nil {\n" +
		"deferredFieldSet, deferLabelToView = graphql.NewFieldSet(nil), map[string]*graphql.FieldSetView{}\n}\n" +
		"deferredFieldSet := deferredFieldSet\n" + // functions would move the other one to the heap
		deferField
)

// inputs matches the map of input types, where it is made and where it is used.
var inputs = regexp.MustCompile(`(?s)\tinputUnmarshalMap := graphql\.BuildUnmarshalerMap\([^()]*\)\n|\t*ctx = graphql\.WithUnmarshalerMap\(ctx, inputUnmarshalMap\)\n`)

// leaner returns the text of a generated file as lean wants to have it.
func leaner(text string) (string, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	type replacement struct {
		from, to int
		by       string
	}
	var all []replacement
	source := func(n ast.Node) string { return text[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset] }
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil || !isScalar(text, function.Name.Name) {
			continue
		}
		if marshal, value := plainField(function.Body, source); marshal != "" {
			all = append(all, replacement{
				set.Position(function.Body.Lbrace).Offset, set.Position(function.Body.Rbrace).Offset,
				"{\n\treturn " + marshal + "(ctx, field.Selections, " + value + ")\n",
			})
		}
	}
	slices.Reverse(all) // the last first, so that offsets stay what they are
	for _, r := range all {
		text = text[:r.from] + r.by + text[r.to:]
	}
	if strings.Contains(text, sliceOfGqlgen) || strings.Contains(text, deferring) {
		if strings.Count(text, runtimeImport) != 1 {
			return "", fmt.Errorf("gqlgen's runtime is not imported as expected")
		}
		text = strings.ReplaceAll(text, sliceOfGqlgen, sliceOfMarshal)
		text = strings.ReplaceAll(text, deferring, object+deferring)
		text = strings.Replace(text, runtimeImport, runtimeImport+marshalImport, 1)
	}
	if strings.Contains(text, deferred) {
		text = strings.ReplaceAll(text, deferred, deferredLazily)
		text = strings.ReplaceAll(text, deferField, deferFieldLazily)
	}
	text = inputs.ReplaceAllString(text, "")
	if text, err = withoutUnusedImports(text); err != nil {
		return "", err
	}
	formatted, err := format.Source([]byte(text)) // imports in their order
	return string(formatted), err
}

// withoutUnusedImports removes the imports that only went with what was replaced.
func withoutUnusedImports(text string) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		if name := path.Base(strings.Trim(spec.Path.Value, `"`)); spec.Name == nil && !used[name] {
			text = strings.Replace(text, "\t"+spec.Path.Value+"\n", "", 1)
		}
	}
	return text, nil
}

// isScalar tells whether the field of the function _Type_field has no fields of
// its own: the function that makes its context says so.
func isScalar(text, function string) bool {
	_, context, found := strings.Cut(text, ") fieldContext"+function+"(_ context.Context,")
	if !found {
		return false
	}
	context, _, _ = strings.Cut(context, "\n}\n")
	return strings.Contains(context, "return graphql.NewScalarFieldContext(") && strings.Contains(context, ", field, false, false, ")
}

// plainField returns how the field of a function is marshalled and where its value
// is, "" unless the function does nothing but that:
//
//	return graphql.ResolveField(ctx, ec.OperationContext, field, …,
//		func(ctx context.Context) (any, error) { return obj.Name, nil },
//		nil,
//		func(ctx …, selections …, v string) graphql.Marshaler { return ec.marshal…(ctx, selections, v) },
//		true, …)
func plainField(body *ast.BlockStmt, source func(ast.Node) string) (marshal, value string) {
	call := onlyReturn(body)
	if call == nil || len(call.Args) != 9 || source(call.Fun) != "graphql.ResolveField" || source(call.Args[5]) != "nil" {
		return "", ""
	}
	resolver, isResolver := call.Args[4].(*ast.FuncLit)
	marshaler, isMarshaler := call.Args[6].(*ast.FuncLit)
	if !isResolver || !isMarshaler || len(resolver.Body.List) != 1 {
		return "", ""
	}
	result, ok := resolver.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(result.Results) != 2 {
		return "", ""
	}
	selector, ok := result.Results[0].(*ast.SelectorExpr)
	if !ok || source(selector.X) != "obj" || source(result.Results[1]) != "nil" {
		return "", ""
	}
	marshalling := onlyReturn(marshaler.Body)
	if marshalling == nil || len(marshalling.Args) != 3 {
		return "", ""
	}
	typed := marshaler.Type.Params.List[len(marshaler.Type.Params.List)-1].Type
	_, pointer := typed.(*ast.StarExpr)
	if mayBeNil := pointer || source(typed) == "any"; mayBeNil && source(call.Args[8]) == "true" {
		return "", "" // its error needs the field's context
	}
	return source(marshalling.Fun), source(selector)
}

// onlyReturn is the call in a body that does nothing but return its result.
func onlyReturn(body *ast.BlockStmt) *ast.CallExpr {
	if len(body.List) != 1 {
		return nil
	}
	result, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(result.Results) != 1 {
		return nil
	}
	call, _ := result.Results[0].(*ast.CallExpr)
	return call
}
