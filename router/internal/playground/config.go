package playground

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Config says what the page shows. Its JSON form is what the page reads. The
// zero value is a playground without login for the endpoint /graphql.
type Config struct {
	// Endpoint is the path that the page sends operations to. It must begin with
	// one slash: the page talks to the origin that served it and to no other.
	// Defaults to "/graphql".
	Endpoint string `json:"endpoint" yaml:"-"`

	// Title is shown in the browser's title bar and above the result.
	// Defaults to "Weft".
	Title string `json:"title" yaml:"title"`

	// DefaultQuery is the GraphQL document in a new tab.
	// Defaults to "{ __typename }".
	DefaultQuery string `json:"defaultQuery" yaml:"default_query"`

	// Demo adds a login button to the toolbar. Everybody who reaches the page can
	// read its variables, so it is for development only.
	// Defaults to nil: no button.
	Demo *Demo `json:"demo,omitempty" yaml:"demo"`
}

// Demo is a login that the page performs on a click: it runs Query, takes the
// token from the answer and puts "Authorization: Bearer TOKEN" into the headers
// editor of the open tab.
type Demo struct {
	// Label is the button's tooltip and accessible name.
	// Defaults to "Log in as the demo user".
	Label string `json:"label" yaml:"label"`

	// Query is the GraphQL mutation that logs in. Required.
	Query string `json:"query" yaml:"query"`

	// Variables are sent with Query: the demo user's credentials.
	// Defaults to none.
	Variables map[string]any `json:"variables,omitempty" yaml:"variables"`

	// TokenPath leads from the answer's data to the access token: response names
	// joined by dots, such as "login.tokens.accessToken". Required.
	TokenPath string `json:"tokenPath" yaml:"token_path"`
}

// WithDefaults returns a copy in which every empty field has its default.
func (c Config) WithDefaults() Config {
	if c.Endpoint == "" {
		c.Endpoint = "/graphql"
	}
	if c.Title == "" {
		c.Title = "Weft"
	}
	if c.DefaultQuery == "" {
		c.DefaultQuery = "{\n  __typename\n}\n"
	}
	if c.Demo != nil {
		demo := *c.Demo
		if demo.Label == "" {
			demo.Label = "Log in as the demo user"
		}
		c.Demo = &demo
	}
	return c
}

// responsePath is GraphQL names joined by dots (GraphQL §2.1.9 Names).
var responsePath = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)*$`)

func (c Config) validate() error {
	// A browser reads "//host" and "/\host" as another origin.
	if !strings.HasPrefix(c.Endpoint, "/") || strings.HasPrefix(c.Endpoint, "//") || strings.Contains(c.Endpoint, `\`) {
		return fmt.Errorf("endpoint %q is not a path of this origin, such as \"/graphql\"", c.Endpoint)
	}
	if c.Demo == nil {
		return nil
	}
	if strings.TrimSpace(c.Demo.Query) == "" {
		return errors.New("demo.query is empty: it is the mutation that logs in")
	}
	if !responsePath.MatchString(c.Demo.TokenPath) {
		return fmt.Errorf("demo.tokenPath %q is not a path of response names, such as \"login.accessToken\"", c.Demo.TokenPath)
	}
	return nil
}

func (c Config) encode() ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("demo.variables: %w", err)
	}
	return text, nil
}
