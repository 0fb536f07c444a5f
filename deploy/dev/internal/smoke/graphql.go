package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswerBytes bounds an answer; those of the journey are far smaller.
const maxAnswerBytes = 1 << 20

// client sends GraphQL operations to one address, over one connection.
type client struct {
	http  *http.Client
	url   string
	token string // access token; empty before the login
}

// do sends an operation and decodes the answer's data into data. An answer with
// errors is an error, even if it has data too.
func (c *client) do(ctx context.Context, query string, variables map[string]any, data any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message string
			Path    []any
		}
	}
	if err := exchange(c.http, request, &answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		var messages []string
		for _, one := range answer.Errors {
			messages = append(messages, fmt.Sprintf("%s (at %v)", one.Message, one.Path))
		}
		return errors.New("the answer has errors: " + strings.Join(messages, "; "))
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return fmt.Errorf("the answer's data: %w: %.300s", err, answer.Data)
	}
	return nil
}

// exchange sends a request and decodes the answer, whatever its status: GraphQL
// errors come with several.
func exchange(sender *http.Client, request *http.Request, answer any) error {
	response, err := sender.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s answers %s, which is not the JSON expected: %w: %.300s", request.URL, response.Status, err, text)
	}
	return nil
}
