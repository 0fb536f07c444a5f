package marshal_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/subgraphs/internal/marshal"
)

func TestObjectWritesEachKeyOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keys []string
		want string
	}{
		{nil, `{}`},
		{[]string{"a"}, `{"a":0}`},
		{[]string{"a", "b", "a", "c"}, `{"a":0,"b":1,"c":3}`},
	} {
		var fields []graphql.CollectedField
		var values []graphql.Marshaler
		for i, key := range c.keys {
			fields = append(fields, graphql.CollectedField{Field: &ast.Field{Alias: key}})
			values = append(values, graphql.MarshalInt(i))
		}
		var buffer bytes.Buffer
		marshal.Object(fields, values).MarshalGQL(&buffer)
		var other bytes.Buffer
		marshal.Object(fields, values).MarshalGQL(struct{ io.Writer }{&other})
		if buffer.String() != c.want || other.String() != c.want {
			t.Errorf("keys %v: %s and %s, want %s", c.keys, &buffer, &other, c.want)
		}
	}
}
