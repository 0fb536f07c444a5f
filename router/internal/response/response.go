package response

import "github.com/vektah/gqlparser/v2/gqlerror"

// Response is the answer to one client request, ready to be sent.
type Response struct {
	// Body is the JSON text (GraphQL specification, section 7.1). It lives until
	// Release.
	Body []byte
	// Errors are the errors that Body reports.
	Errors gqlerror.List
	// Own says that the response is for nobody but the one whose request it answers,
	// even if another one has sent an equal request: a part of it sets a cookie.
	Own bool
	// Late says that the time for the request was over before all of the response
	// was there.
	Late bool
	// Owner takes the memory back; it may be nil.
	Owner Owner
}

// Owner is where a response's memory came from.
type Owner interface {
	// Reclaim is called once, when nobody reads the response any more.
	Reclaim()
}

// Release gives the response's memory back. It is called once, after Body was
// written to the client; neither Body nor the response may be used after it.
func (r *Response) Release() {
	if owner := r.Owner; owner != nil {
		r.Owner = nil
		owner.Reclaim()
	}
}
