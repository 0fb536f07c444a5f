package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/weftql/weft/schema/identity"
)

// requestTimeout is how long a client waits for an answer.
const requestTimeout = 10 * time.Second

// ask sends an operation to a service, as the router does for a caller, and reads
// the data into v. An error means that nobody knows whether it was done.
func (w *town) ask(ctx context.Context, service string, caller identity.Claims, query string, variables map[string]any, v any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	claims, err := caller.Encode()
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.services[service]+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	who, signature := w.signer.Sign(identity.Request{Method: request.Method, Target: "/graphql", Body: body, RequestID: w.requestID(), Claims: claims}, time.Now())
	request.Header = http.Header{"Content-Type": {"application/json"}, identity.IdentityHeader: {who}, identity.SignatureHeader: {signature}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("%w in %s", err, text)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("%s", text)
	}
	return json.Unmarshal(answer.Data, v)
}

// requestID is different each time.
func (w *town) requestID() string {
	w.requests.Lock()
	defer w.requests.Unlock()
	w.numbers++
	return "chaos-" + strconv.Itoa(w.numbers)
}
