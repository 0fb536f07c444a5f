package server

import (
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// badRepresentation tells whether err is what gqlgen says of a representation
// that it cannot read, and how to put it: that is the sender's mistake. These
// errors are made from texts alone. Of keys only custom scalars get so far; see
// entities.
func badRepresentation(err *gqlerror.Error) (message string, bad bool) {
	if err.Path.String() != entitiesField || err.Unwrap() == nil {
		return "", false
	}
	text := err.Unwrap().Error()
	if strings.HasSuffix(text, " is not a map") {
		return "a representation must be an object", true
	}
	if strings.HasPrefix(text, "Field ") && strings.HasSuffix(text, " undefined in schema.") {
		return "a key of a representation has the wrong type", true
	}
	return "", false
}
