package floor

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/valyala/fasthttp"
)

// Request is one request to a subgraph.
type Request struct {
	Subgraph string `json:"subgraph"`
	Body     string `json:"body"`
}

// Plan is what is sent for an operation: waves of requests that are sent at once,
// each when all answers of the one before are there.
type Plan [][]Request

// Reply is an operation's plan and its answer.
type Reply struct {
	Plan   Plan
	Answer []byte
}

// New returns the handler. The subgraphs are at base + "/" + name; replies are by
// the body of the client's request.
func New(base string, replies map[string]Reply) http.Handler {
	// No more than the number of connections differs from what the client does by
	// default, which is 512.
	f := &floor{client: fasthttp.Client{MaxConnsPerHost: 4096}, replies: map[string]reply{}}
	for body, r := range replies {
		made := reply{answer: r.Answer, length: []string{strconv.Itoa(len(r.Answer))}}
		for _, wave := range r.Plan {
			var requests []request
			for _, one := range wave {
				requests = append(requests, request{base + "/" + one.Subgraph, []byte(one.Body)})
			}
			made.waves = append(made.waves, requests)
		}
		f.replies[body] = made
	}
	return f
}

type floor struct {
	client  fasthttp.Client
	replies map[string]reply
}

type reply struct {
	waves  [][]request
	answer []byte
	length []string
}

type request struct {
	url  string
	body []byte
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	known, found := f.replies[string(body)]
	if !found {
		http.Error(w, "the floor knows no such operation", http.StatusBadRequest)
		return
	}
	for _, wave := range known.waves {
		if err := f.send(wave); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
	}
	header := w.Header()
	header["Content-Type"] = contentType
	header["Content-Length"] = known.length
	_, _ = w.Write(known.answer)
}

var contentType = []string{"application/json"}

// send sends the requests of a wave at once, the last of them itself.
func (f *floor) send(wave []request) error {
	last := len(wave) - 1
	if last == 0 {
		return f.do(wave[0])
	}
	var group sync.WaitGroup
	errs := make([]error, len(wave))
	for i := range wave[:last] {
		group.Go(func() { errs[i] = f.do(wave[i]) })
	}
	errs[last] = f.do(wave[last])
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *floor) do(one request) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	request.SetRequestURI(one.url)
	request.SetBodyRaw(one.body)
	if err := f.client.Do(request, response); err != nil {
		return err
	}
	if response.StatusCode() != fasthttp.StatusOK {
		return fmt.Errorf("%s: status %d", one.url, response.StatusCode())
	}
	_ = response.Body() // read, and dropped
	return nil
}
