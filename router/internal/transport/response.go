package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Write answers with a response's JSON, {"data": …} with or without errors. ctx is
// that of the request.
func Write(ctx context.Context, w http.ResponseWriter, media MediaType, body []byte) {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok || len(body) <= bufferedBytes {
		write(w, media, http.StatusOK, body)
		return
	}
	c.expect(len(body))
	write(w, media, http.StatusOK, body)
	_ = c.settle() // as in write
}

// WriteErrors answers a request that was not executed: the document does not
// parse, is not valid, or its variables do not fit. In application/json that is
// a 200, because the request itself was fine.
//
// GraphQL over HTTP §6.4.
func WriteErrors(w http.ResponseWriter, media MediaType, list gqlerror.List) {
	status := http.StatusOK
	if media == GraphQLResponse {
		status = http.StatusBadRequest
	}
	write(w, media, status, encode(list))
}

// Refuse answers with an error whose status holds for every media type.
func Refuse(w http.ResponseWriter, media MediaType, err *Error) {
	if err.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost) // RFC 9110 §15.5.6 wants it
	}
	write(w, media, err.Status, encode(gqlerror.List{err.Cause}))
}

// Values of headers that many responses share, for nobody to change.
var (
	jsonContent            = []string{string(JSON) + "; charset=utf-8"}
	graphQLResponseContent = []string{string(GraphQLResponse) + "; charset=utf-8"}
	noSniffing             = []string{"nosniff"}
)

func contentType(media MediaType) []string {
	if media == GraphQLResponse {
		return graphQLResponseContent
	}
	return jsonContent
}

func write(w http.ResponseWriter, media MediaType, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = contentType(media)
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	header["X-Content-Type-Options"] = noSniffing
	w.WriteHeader(status)
	// The client has gone if this fails, and there is nobody to tell.
	_, _ = w.Write(body)
}

// encode returns {"errors": […]}, without data: nothing was executed.
func encode(list gqlerror.List) []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // it is no HTML, and nosniff says so
	err := encoder.Encode(struct {
		Errors gqlerror.List `json:"errors"`
	}{list})
	if err != nil { // an extension that is no JSON
		return fmt.Appendf(nil, `{"errors":[{"message":%q,"extensions":{"code":%q}}]}`, "internal error", CodeInternal)
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}
