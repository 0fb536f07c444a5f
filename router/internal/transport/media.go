package transport

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// MediaType is the form of a response.
type MediaType string

const (
	// JSON is application/json: what clients without a preference get.
	JSON MediaType = "application/json"
	// GraphQLResponse is application/graphql-response+json: here the status
	// tells whether there is data.
	GraphQLResponse MediaType = "application/graphql-response+json"
)

// Negotiate checks method, Content-Type, Content-Encoding and Accept of a
// GraphQL request, and tells in which form to answer. Its errors are *Error;
// they too are answered in the returned form.
//
// GraphQL over HTTP §5 and §6.
func Negotiate(r *http.Request) (MediaType, error) {
	media, acceptable := accepted(r.Header.Values("Accept"))
	switch {
	case r.Method != http.MethodPost:
		return media, refusal(http.StatusMethodNotAllowed, CodeMethod,
			"GraphQL requests are sent with POST; %s is not supported", r.Method)
	case !isJSON(r.Header.Values("Content-Type")):
		return media, refusal(http.StatusUnsupportedMediaType, CodeContentType,
			`'content-type' header must be "application/json" (in UTF-8)`)
	case !isIdentity(r.Header.Values("Content-Encoding")):
		return media, refusal(http.StatusUnsupportedMediaType, CodeContentType,
			`'content-encoding' %q is not supported: send the body uncompressed`, r.Header.Get("Content-Encoding"))
	case !acceptable:
		return media, refusal(http.StatusNotAcceptable, CodeAccept,
			`'accept' header must be one of: "*/*", %q or %q`, JSON, GraphQLResponse)
	}
	return media, nil
}

// accepted chooses the form that the client prefers; JSON where it does not
// care. It is false if the client accepts neither.
//
// RFC 9110 §12.5.1: the most specific range decides about a media type, and a
// quality of 0 refuses it.
func accepted(headers []string) (MediaType, bool) {
	if len(headers) == 1 { // what most clients send needs no reading
		switch headers[0] {
		case "*/*", string(JSON):
			return JSON, true
		case string(GraphQLResponse):
			return GraphQLResponse, true
		}
	}
	ranges := parseAccept(headers)
	if len(ranges) == 0 {
		return JSON, true
	}
	best, quality := JSON, 0.0
	for _, media := range []MediaType{JSON, GraphQLResponse} { // JSON wins a tie of wildcards
		q, named := qualityOf(media, ranges)
		// A client that names both without a preference knows the newer one.
		if q > quality || q == quality && q > 0 && named && media == GraphQLResponse {
			best, quality = media, q
		}
	}
	return best, quality > 0
}

type mediaRange struct {
	media   string
	quality float64
}

func parseAccept(headers []string) []mediaRange {
	var ranges []mediaRange
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		media, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue // a range that cannot be read accepts nothing
		}
		quality := 1.0
		if q, has := parameters["q"]; has {
			if quality, err = strconv.ParseFloat(q, 64); err != nil || quality < 0 || quality > 1 {
				continue
			}
		}
		if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			continue // the answer is in UTF-8
		}
		ranges = append(ranges, mediaRange{media, quality})
	}
	if ranges == nil && strings.TrimSpace(strings.Join(headers, "")) != "" {
		return []mediaRange{{}} // something was asked for, and it is nothing we have
	}
	return ranges
}

// qualityOf returns how much the ranges want media, and whether one names it.
func qualityOf(media MediaType, ranges []mediaRange) (quality float64, named bool) {
	for _, pattern := range []string{string(media), "application/*", "*/*"} {
		at := slices.IndexFunc(ranges, func(r mediaRange) bool { return r.media == pattern })
		if at >= 0 {
			return ranges[at].quality, pattern == string(media)
		}
	}
	return 0, false
}

// isJSON tells whether a request's Content-Type is application/json in UTF-8.
// Two headers are refused: a proxy and we could believe different ones.
func isJSON(headers []string) bool {
	if len(headers) != 1 {
		return false
	}
	if headers[0] == string(JSON) {
		return true
	}
	media, parameters, err := mime.ParseMediaType(headers[0])
	charset := parameters["charset"]
	return err == nil && media == string(JSON) && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

func isIdentity(headers []string) bool {
	return len(headers) == 0 || len(headers) == 1 && (headers[0] == "" || strings.EqualFold(headers[0], "identity"))
}

// AcceptsHTML tells whether a browser is asking for a page: a GET or HEAD whose
// Accept header names text/html.
func AcceptsHTML(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return slices.ContainsFunc(parseAccept(r.Header.Values("Accept")), func(m mediaRange) bool {
		return m.media == "text/html" && m.quality > 0
	})
}
