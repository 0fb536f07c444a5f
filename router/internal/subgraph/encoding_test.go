package subgraph_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/weftql/weft/router/internal/subgraph"
)

// encoders compress.
var encoders = map[subgraph.Encoding]func(io.Writer) io.WriteCloser{
	subgraph.Gzip:   func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	subgraph.Brotli: func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	subgraph.Zstd: func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		return z
	},
}

func compress(t *testing.T, encoding subgraph.Encoding, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := encoders[encoding](&out)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compressing answers with a body whatever is asked.
func compressing(t *testing.T, name string, body []byte, accepted *string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if accepted != nil {
			*accepted = r.Header.Get("Accept-Encoding")
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", name)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestFetch_decompresses_what_it_asked_for(t *testing.T) {
	t.Parallel()
	text := fmt.Sprintf(`{"data":%q}`, strings.Repeat("x", 5000))
	const bombBytes = 64 << 20
	for encoding := range encoders {
		whole := compress(t, encoding, text)
		asked := subgraph.Settings{AcceptEncoding: []subgraph.Encoding{encoding}}
		var accepted string
		client := clientOf(t, asked, nil, compressing(t, string(encoding), whole, &accepted))
		for range 3 { // the decoder's memory is used again
			var answer subgraph.Response
			if err := client.Fetch(t.Context(), query(), &answer); err != nil || string(answer.Body) != text || accepted != string(encoding) {
				t.Errorf("%s: %v, answer of %d bytes, accepted %q", encoding, err, len(answer.Body), accepted)
			}
		}
		small := asked
		small.MaxResponseBytes = 4000
		exact := asked
		exact.MaxResponseBytes = len(text)
		bomb := compress(t, encoding, strings.Repeat(" ", bombBytes))
		for name, tc := range map[string]struct {
			body     []byte
			settings subgraph.Settings
			want     subgraph.Kind // 0: none
		}{
			"not asked for":     {whole, subgraph.Settings{}, subgraph.BadEncoding},
			"just small enough": {whole, exact, 0},
			"too large":         {whole, small, subgraph.TooLarge},
			"a bomb":            {bomb, small, subgraph.TooLarge},
			"cut off":           {whole[:len(whole)/2], asked, subgraph.BadEncoding},
			"no such encoding":  {[]byte("{}"), asked, subgraph.BadEncoding},
			"something behind":  {append(bytes.Clone(whole), "{}"...), asked, subgraph.BadEncoding},
		} {
			var answer subgraph.Response
			err := clientOf(t, tc.settings, nil, compressing(t, string(encoding), tc.body, nil)).Fetch(t.Context(), query(), &answer)
			var got *subgraph.Error
			if errors.As(err, &got) != (tc.want != 0) || tc.want != 0 && got.Kind != tc.want {
				t.Errorf("%s, %s: error = %v", encoding, name, err)
			}
			if cap(answer.Body) > bombBytes/64 {
				t.Errorf("%s, %s: %d bytes were taken", encoding, name, cap(answer.Body))
			}
		}
	}
}

func TestFetch_asks_for_encodings_in_their_order(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http", "https"} {
		var accepted string
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			accepted = r.Header.Get("Accept-Encoding")
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "X-GZIP")
			_, _ = w.Write(compress(t, subgraph.Gzip, `{}`))
		}))
		if url == "https" {
			server.StartTLS()
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		settings := trusting(t)
		settings.AcceptEncoding = []subgraph.Encoding{subgraph.Zstd, subgraph.Gzip}
		var answer subgraph.Response
		err := clientOf(t, settings, nil, server.URL).Fetch(t.Context(), query(), &answer)
		if err != nil || accepted != "zstd, gzip" || string(answer.Body) != `{}` {
			t.Errorf("%s: %v, accepted %q, answer %q", url, err, accepted, answer.Body)
		}
	}
}
