package scalar

import (
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// MarshalDateTime writes a moment as in RFC 3339, in UTC, to the microsecond.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text := make([]byte, 0, 32)
		text = append(text, '"')
		text = t.UTC().Truncate(time.Microsecond).AppendFormat(text, time.RFC3339Nano)
		_, _ = w.Write(append(text, '"')) // gqlgen's writers are buffers
	})
}

// UnmarshalDateTime reads a moment as in RFC 3339.
func UnmarshalDateTime(value any) (time.Time, error) {
	text, ok := value.(string)
	if !ok {
		return time.Time{}, refusal.BadInput("a DateTime must be a string")
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, refusal.BadInput("%s is no DateTime: write it as 2026-11-21T09:30:00Z", strconv.Quote(clip(text)))
	}
	return t, nil
}

// MarshalText writes a scalar that is a string to GraphQL.
func MarshalText(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalText reads a scalar that is a string to GraphQL.
func UnmarshalText(value any) (string, error) {
	text, ok := value.(string)
	if !ok {
		return "", refusal.BadInput("the value must be a string")
	}
	return text, nil
}

// clip keeps messages short.
func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
