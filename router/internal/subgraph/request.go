package subgraph

import "net/http"

// Request is one GraphQL request to one subgraph.
type Request struct {
	// Subgraph is the index of the subgraph in Config.Subgraphs.
	Subgraph int
	// Body is the JSON text of the request. It is read until Fetch returns.
	Body []byte
	// Mutation says that the request must not be sent twice.
	Mutation bool
	// RequestID is the id of the client's request, and Number tells the requests
	// that are made for it apart.
	RequestID string
	Number    int
	// Claims are the caller's claims in their encoded form (identity.Claims).
	Claims string
	// Headers are what else the subgraph is sent.
	Headers Sent
	// Parser reads the response (Flights).
	Parser Parser
}

// Response is what came back.
type Response struct {
	// Status is the HTTP status.
	Status int
	// Body is the text of the response. Its memory is taken from what Body held
	// before, if there is enough of it, and belongs to the caller.
	Body []byte
	// Header is the response's header, if it is to be kept (Settings.KeepHeaders),
	// else nil.
	Header http.Header
	// Private says that the response is meant for one caller only: it sets a
	// cookie.
	Private bool
}
