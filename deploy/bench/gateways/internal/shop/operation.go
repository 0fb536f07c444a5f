package shop

import (
	_ "embed"
	"encoding/json"
)

// Operation is one that clients send.
type Operation struct {
	// Name says what is peculiar to it.
	Name string
	// Query is the document's text.
	Query string
}

//go:embed public.graphql
var public string

// Public is the public benchmark's operation: seven requests to four subgraphs,
// 80 KB in, 87 KB out.
func Public() Operation { return Operation{"public", public} }

// Small asks one subgraph for two fields.
func Small() Operation { return Operation{"small", `{ users { id name } }`} }

// Mid takes three requests, one after the other.
func Mid() Operation {
	return Operation{"mid", `{ users { id name reviews { id body product { upc name price } } } }`}
}

// Large has an answer of 2 MB, nearly all of it from one subgraph.
func Large() Operation {
	return Operation{"large", `{
  topProducts { upc reviews { id body
    author { id username reviews { id body product { upc reviews { id body
      author { id username reviews { id body product { upc reviews { id body
        author { id username reviews { id body } }
        product { upc name reviews { id body author { username } } } } } } } } } } } } }
}`}
}

// Body is the HTTP request's body.
func (o Operation) Body() []byte {
	body, err := json.Marshal(map[string]string{"query": o.Query})
	if err != nil {
		return nil // a string can be written
	}
	return body
}
