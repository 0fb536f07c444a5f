package subgraph

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"
)

// decode checks that the answer is JSON and decompresses it. Without that the
// answer has no body.
func (h *host) decode(header *fasthttp.ResponseHeader, answer *Response) error {
	encoding := strings.ToLower(string(header.ContentEncoding()))
	success := answer.Status >= 200 && answer.Status <= 299
	if !isJSON(header.ContentType()) {
		answer.Body = answer.Body[:0]
		if !success {
			return nil // the status says more
		}
		return &Error{
			Kind: MediaType, Subgraph: h.name, Status: answer.Status,
			Reason: "the response is not JSON: its content type is '" + string(header.ContentType()) + "'",
		}
	}
	switch {
	case encoding == "" || encoding == "identity":
		return nil
	case encoding == "gzip" && h.config.Compression:
		return h.gunzip(answer)
	}
	answer.Body = answer.Body[:0]
	return &Error{
		Kind: Encoding, Subgraph: h.name, Status: answer.Status,
		Reason: "the response has the content encoding '" + encoding + "', which was not asked for",
	}
}

// isJSON tells whether a response may be a GraphQL response.
func isJSON(contentType []byte) bool {
	for _, known := range []string{"application/json", "application/graphql-response+json"} {
		if string(contentType) == known {
			return true
		}
	}
	media, _, err := mime.ParseMediaType(string(contentType))
	return err == nil && (media == "application/json" || media == "application/graphql-response+json")
}

func (h *host) gunzip(answer *Response) error {
	compressed := slices.Clone(answer.Body)
	answer.Body = answer.Body[:0]
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err == nil {
		out := bytes.NewBuffer(answer.Body)
		_, err = io.Copy(out, io.LimitReader(reader, int64(h.config.MaxResponseBytes)+1))
		answer.Body = out.Bytes()
	}
	if err != nil {
		answer.Body = answer.Body[:0]
		return &Error{
			Kind: Encoding, Subgraph: h.name, Status: answer.Status,
			Reason: "the response does not decompress: " + err.Error(), Err: err,
		}
	}
	if len(answer.Body) > h.config.MaxResponseBytes {
		return h.tooLarge(answer)
	}
	return nil
}
