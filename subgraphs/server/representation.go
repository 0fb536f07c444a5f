package server

import (
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// badRepresentation tells whether err is what gqlgen's generated code says of a
// representation that cannot be looked up, and how to put it: that is the
// sender's mistake. The code makes these errors from texts alone.
func badRepresentation(err *gqlerror.Error) (message string, bad bool) {
	if err.Path.String() != "_entities" || err.Unwrap() == nil {
		return "", false
	}
	text := err.Unwrap().Error()
	switch {
	case text == "__typename must be an existing string":
		return "a representation has no __typename", true
	case strings.HasPrefix(text, "unknown type: "):
		return "no entity of type " + strings.TrimPrefix(text, "unknown type: ") + " can be looked up here", true
	case strings.HasPrefix(text, "finding resolver for Entity ") && strings.Contains(text, ": type not found"):
		return "a representation lacks the fields of its key", true
	case strings.HasPrefix(text, "Field ") && strings.HasSuffix(text, " undefined in schema."):
		return "a key of a representation has the wrong type", true
	}
	return "", false
}
