package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// generated is a field as gqlgen writes it.
const generated = `package graph

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

func (ec *executionContext) _User_seen(ctx context.Context, field graphql.CollectedField, obj *User) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		ctx,
		ec.OperationContext,
		field,
		func(ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
			return ec.fieldContext_User_seen(ctx, field)
		},
		func(ctx context.Context) (any, error) {
			return obj.Seen, nil
		},
		nil,
		func(ctx context.Context, selections ast.SelectionSet, v time.Time) graphql.Marshaler {
			return ec.marshalNDateTime2time(ctx, selections, v)
		},
		true,
		true,
	)
}
func (ec *executionContext) fieldContext_User_seen(_ context.Context, field graphql.CollectedField) (fc *graphql.FieldContext, err error) {
	return graphql.NewScalarFieldContext("User", field, false, false, errors.New("field of type DateTime does not have child fields"))
}

func (ec *executionContext) marshalList(ctx context.Context, sel ast.SelectionSet, v []User) graphql.Marshaler {
	return graphql.MarshalSliceConcurrently(ctx, len(v), 0, false, nil)
}
`

func TestLeanerWritesPlainFieldsAsTheyAre(t *testing.T) {
	t.Parallel()
	got, err := leaner(generated)
	if err != nil {
		t.Fatal(err)
	}
	const want = `package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/weftql/weft/subgraphs/internal/marshal"
)

func (ec *executionContext) _User_seen(ctx context.Context, field graphql.CollectedField, obj *User) (ret graphql.Marshaler) {
	return ec.marshalNDateTime2time(ctx, field.Selections, obj.Seen)
}
func (ec *executionContext) fieldContext_User_seen(_ context.Context, field graphql.CollectedField) (fc *graphql.FieldContext, err error) {
	return graphql.NewScalarFieldContext("User", field, false, false, errors.New("field of type DateTime does not have child fields"))
}

func (ec *executionContext) marshalList(ctx context.Context, sel ast.SelectionSet, v []User) graphql.Marshaler {
	return marshal.Slice(ctx, len(v), 0, false, nil)
}
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := leaner(got)
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("a second time: %v\n%s", err, diff)
	}
}

// TestLeanerLeavesOthersAlone changes the field so that it is no plain one.
func TestLeanerLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"a method":                 {"return obj.Seen, nil", "return obj.Seen(), nil"},
		"a resolver":               {"return obj.Seen, nil", "return ec.Resolvers.User().Seen(ctx, obj)"},
		"a directive":              {"\t\tnil,\n", "\t\tec._fieldMiddleware,\n"},
		"a pointer that is needed": {"v time.Time)", "v *time.Time)"},
		"an object":                {"graphql.NewScalarFieldContext(\"User\", field, false, false, ", "graphql.NewObjectFieldContext(\"User\", field, false, false, "},
		"a resolver's context":     {"field, false, false,", "field, true, true,"},
	} {
		text := strings.Replace(generated, change[0], change[1], 1)
		got, err := leaner(text)
		if text == generated || err != nil || !strings.Contains(got, "graphql.ResolveField(") {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

// TestLeanerMakesWhatIsDeferredWhenSomethingIs has an object with a field that may
// be, and the map that nobody reads.
func TestLeanerMakesWhatIsDeferredWhenSomethingIs(t *testing.T) {
	t.Parallel()
	got, err := leaner(`package graph

import "github.com/99designs/gqlgen/graphql"

func exec(ctx context.Context, ec *executionContext, fields []graphql.CollectedField) {
	inputUnmarshalMap := graphql.BuildUnmarshalerMap(
		ec.unmarshalInputUserFilter,
		ec.unmarshalInputUserOrder,
	)
	ctx = graphql.WithUnmarshalerMap(ctx, inputUnmarshalMap)
	deferredFieldSet := graphql.NewFieldSet(nil)
	deferLabelToView := make(map[string]*graphql.FieldSetView)
	for _, field := range fields {
		if field.IsDeferred() {
			deferredFieldSet.AddField(field)
		}
	}
}
`)
	const want = `package graph

import "github.com/99designs/gqlgen/graphql"

func exec(ctx context.Context, ec *executionContext, fields []graphql.CollectedField) {
	var deferredFieldSet *graphql.FieldSet
	var deferLabelToView map[string]*graphql.FieldSetView
	for _, field := range fields {
		if field.IsDeferred() {
			if deferredFieldSet == nil {
				deferredFieldSet, deferLabelToView = graphql.NewFieldSet(nil), map[string]*graphql.FieldSetView{}
			}
			deferredFieldSet := deferredFieldSet
			deferredFieldSet.AddField(field)
		}
	}
}
`
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	again, err := leaner(got)
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("a second time: %v\n%s", err, diff)
	}
}
