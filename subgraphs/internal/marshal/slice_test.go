package marshal_test

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weftql/weft/subgraphs/internal/marshal"
)

func TestSliceKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 1, 2, 63, 64, 127, 128, 129, 1000, 1001} {
		list := marshal.Slice(t.Context(), length, 0, false, func(ctx context.Context, i int) graphql.Marshaler {
			if index := graphql.GetFieldContext(ctx).Index; *index != i {
				t.Errorf("%d of %d: the context leads to %d", i, length, *index)
			}
			return graphql.MarshalInt(i)
		})
		if len(list) != length {
			t.Fatalf("%d elements of %d", len(list), length)
		}
		for i, element := range list {
			var text bytes.Buffer
			if element.MarshalGQL(&text); text.String() != fmt.Sprint(i) {
				t.Errorf("element %d of %d is %s", i, length, &text)
			}
		}
	}
}

func TestAPanicIsAnErrorOfItsElement(t *testing.T) {
	t.Parallel()
	ctx := graphql.WithResponseContext(t.Context(), graphql.DefaultErrorPresenter, func(_ context.Context, value any) error { return fmt.Errorf("caught %v", value) })
	var others atomic.Int64
	list := marshal.Slice(ctx, 200, 0, false, func(_ context.Context, i int) graphql.Marshaler {
		if i == 7 {
			panic("seven")
		}
		others.Add(1)
		return graphql.Null
	})
	errors := graphql.GetErrors(ctx)
	if list != nil || len(errors) != 1 || errors[0].Message != "caught seven" || errors[0].Path.String() != "[7]" || others.Load() != 199 {
		t.Errorf("list %v, errors %v, %d others", list, errors, others.Load())
	}
}
