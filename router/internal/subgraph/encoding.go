package subgraph

import (
	"bytes"
	"io"
	"mime"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindowBytes is how far back a zstd response may refer: what RFC 8878
// §3.1.1.1.2 wants decoders to support.
const maxWindowBytes = 8 << 20

// decode checks that the answer is JSON and decompresses it. Without that the
// answer has no body.
func (h *host) decode(contentType, contentEncoding []byte, answer *Response) error {
	success := answer.Status >= 200 && answer.Status <= 299
	if !isJSON(contentType) {
		answer.Body = answer.Body[:0]
		if !success {
			return nil // the status says more
		}
		return &Error{
			Kind: MediaType, Subgraph: h.name, Status: answer.Status,
			Reason: "the response is not JSON: its content type is '" + string(contentType) + "'",
		}
	}
	if len(contentEncoding) == 0 {
		return nil
	}
	encoding := strings.ToLower(string(contentEncoding))
	if encoding == "identity" {
		return nil
	}
	if encoding == "x-gzip" { // RFC 9110 §8.4.1.3
		encoding = string(Gzip)
	}
	if slices.Contains(h.settings.AcceptEncoding, Encoding(encoding)) {
		return h.decompress(Encoding(encoding), answer)
	}
	answer.Body = answer.Body[:0]
	return &Error{
		Kind: BadEncoding, Subgraph: h.name, Status: answer.Status,
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

// decompress replaces the body by what it says when it is decompressed, up to
// the limit of bodies.
func (h *host) decompress(encoding Encoding, answer *Response) error {
	compressed := slices.Clone(answer.Body)
	body, err := h.decoders.decode(encoding, compressed, answer.Body[:0], h.settings.MaxResponseBytes)
	answer.Body = body
	switch {
	case err != nil:
		answer.Body = body[:0]
		return &Error{
			Kind: BadEncoding, Subgraph: h.name, Status: answer.Status,
			Reason: "the response does not decompress: " + err.Error(), Err: err,
		}
	case len(body) > h.settings.MaxResponseBytes:
		return h.tooLarge(answer)
	}
	return nil
}

// decoders keep the memory of decoders for the next response. The zero value has
// none.
type decoders struct {
	gzip, brotli, zstd sync.Pool
}

// decode appends what compressed text says to dst. It stops when that is longer
// than limit.
func (d *decoders) decode(encoding Encoding, compressed, dst []byte, limit int) ([]byte, error) {
	source := bytes.NewReader(compressed)
	switch encoding {
	case Gzip:
		reader, _ := d.gzip.Get().(*gzip.Reader)
		if reader == nil {
			reader = new(gzip.Reader)
		}
		defer d.gzip.Put(reader)
		if err := reader.Reset(source); err != nil {
			return dst, err
		}
		return readUpTo(reader, dst, limit)
	case Brotli:
		reader, _ := d.brotli.Get().(*brotli.Reader)
		if reader == nil {
			reader = new(brotli.Reader)
		}
		defer d.brotli.Put(reader)
		if err := reader.Reset(source); err != nil {
			return dst, err
		}
		return readUpTo(reader, dst, limit)
	default:
		reader, _ := d.zstd.Get().(*zstd.Decoder)
		if reader == nil {
			var err error
			// Without goroutines of its own, so that it can be left to the collector.
			if reader, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindowBytes)); err != nil {
				return dst, err
			}
		}
		defer d.zstd.Put(reader)
		if err := reader.Reset(source); err != nil {
			return dst, err
		}
		return readUpTo(reader, dst, limit)
	}
}

// readUpTo appends what r says to dst, up to one byte more than limit.
func readUpTo(r io.Reader, dst []byte, limit int) ([]byte, error) {
	for len(dst) <= limit {
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, max(512, len(dst)/2)) // it grows by a half at least
		}
		n, err := r.Read(dst[len(dst):min(cap(dst), limit+1)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}
