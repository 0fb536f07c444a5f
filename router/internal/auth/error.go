package auth

import (
	"errors"
	"net/http"

	"github.com/golang-jwt/jwt/v5"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of errors in extensions.code.
const (
	// CodeAuth occurs when a request's token is refused: it has expired, say, or
	// its signature is another's. Apollo Router's name.
	CodeAuth = "AUTH_ERROR"
	// CodeUnavailable occurs when a token cannot be judged, because no key set
	// could be fetched since the start. The same request may succeed later.
	CodeUnavailable = "SERVICE_UNAVAILABLE"
)

// Error says why a request is refused.
type Error struct {
	// Status is 401 for a bad token, and 503 if it cannot be judged now.
	Status int
	// Cause is what the client reads. It never shows the token.
	Cause *gqlerror.Error
}

// Error returns the message that the client reads.
func (e *Error) Error() string { return e.Cause.Message }

// Unwrap returns the Cause.
func (e *Error) Unwrap() error { return e.Cause }

func refusal(message string) *Error {
	return &Error{Status: http.StatusUnauthorized, Cause: &gqlerror.Error{
		Message: message, Extensions: map[string]any{"code": CodeAuth},
	}}
}

func unavailable() *Error {
	return &Error{Status: http.StatusServiceUnavailable, Cause: &gqlerror.Error{
		Message:    "the access token cannot be verified now: the issuer's keys are not available; try again",
		Extensions: map[string]any{"code": CodeUnavailable},
	}}
}

// explain turns a parser's error into a refusal.
func explain(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	for _, reason := range []struct {
		err     error
		message string
	}{
		{jwt.ErrTokenMalformed, "the access token is malformed"},
		{jwt.ErrTokenSignatureInvalid, "the access token's signature is not valid"},
		{jwt.ErrTokenExpired, "the access token has expired"},
		{jwt.ErrTokenNotValidYet, "the access token is not valid yet"},
		{jwt.ErrTokenInvalidAudience, "the access token is for another audience"},
		{jwt.ErrTokenInvalidIssuer, "the access token is from another issuer"},
		{jwt.ErrTokenRequiredClaimMissing, "the access token lacks a claim"},
		{jwt.ErrTokenUnverifiable, "the access token cannot be verified"},
	} {
		if errors.Is(err, reason.err) {
			return refusal(reason.message)
		}
	}
	return refusal("the access token is not valid")
}
