package marshal

import (
	"bytes"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// Object is the JSON of an object whose fields have their values. Of fields with
// the same response key the first counts, as gqlgen has it: the same field in
// fragments on the type and on an interface are two to it.
func Object(fields []graphql.CollectedField, values []graphql.Marshaler) graphql.Marshaler {
	return object{fields, values}
}

type object struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler
}

// MarshalGQL implements graphql.Marshaler.
func (o object) MarshalGQL(w io.Writer) {
	out, buffer := w.(*bytes.Buffer) // gqlgen has no other
	if !buffer {
		out = &bytes.Buffer{}
	}
	separator := byte('{')
	for i := range o.fields {
		key := o.fields[i].Alias
		if o.written(key, i) {
			continue
		}
		out.WriteByte(separator)
		separator = ','
		out.WriteByte('"')
		out.WriteString(key) // a name: letters, digits and underscores
		out.WriteString(`":`)
		o.values[i].MarshalGQL(out)
	}
	if separator == '{' {
		out.WriteByte('{')
	}
	out.WriteByte('}')
	if !buffer {
		_, _ = w.Write(out.Bytes()) // gqlgen's marshalers have no error either
	}
}

// written tells whether one of the first fields has the key. There are few fields,
// and keys that differ mostly do so in their lengths: a map would take longer.
func (o object) written(key string, before int) bool {
	for i := range before {
		if o.fields[i].Alias == key {
			return true
		}
	}
	return false
}
