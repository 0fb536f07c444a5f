package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"

	"github.com/weftql/weft/router/internal/playground/bundle"
)

//go:generate go run ./build -dir .

//go:embed all:assets
var embedded embed.FS

const (
	indexName  = "index.html"
	configPath = "/playground/config.json"
)

// policy lets the page load and call its own origin and nothing else. Styles may
// be inline because Monaco writes style elements and attributes; scripts may
// not. No other page may frame this one: a click on its run button sends
// whatever token the headers editor holds.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// handler is immutable once built, hence safe for concurrent use.
type handler struct {
	index  []byte
	etag   string
	config []byte
	assets map[string]asset // by path: "/playground/main-D34dB33f.js"
}

// New returns the handler of the page. It fails when the configuration is
// invalid. The handler answers the paths named in the package comment and 404 to
// all others, so it can be mounted at "/" behind the router's own paths.
func New(config Config) (http.Handler, error) {
	config = config.WithDefaults()
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	text, err := config.encode()
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	folder, err := fs.Sub(embedded, "assets")
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	built, err := bundle.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}

	h := &handler{config: text, assets: map[string]asset{}}
	for _, file := range built.Files() {
		if file.Name == indexName {
			if h.index, err = built.Content(file); err != nil {
				return nil, fmt.Errorf("playground: %w", err)
			}
			continue
		}
		if h.assets["/"+file.Name], err = newAsset(built, file); err != nil {
			return nil, fmt.Errorf("playground: %w", err)
		}
	}
	if h.index == nil {
		return nil, fmt.Errorf("playground: assets hold no %s", indexName)
	}
	sum := sha256.Sum256(h.index)
	h.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	switch r.URL.Path {
	case "/":
		h.serveIndex(w, r)
	case configPath:
		header.Set("Cache-Control", "no-store")
		write(w, r, "application/json", h.config)
	default:
		found, ok := h.assets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		found.serve(w, r)
	}
}

func (h *handler) serveIndex(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Add("Vary", "Accept")
	if !accepts(r.Header.Values("Accept"), "text/html", "") {
		http.NotFound(w, r)
		return
	}
	// Always revalidated: a new release names other scripts.
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", h.etag)
	if accepts(r.Header.Values("If-None-Match"), h.etag, "*") || accepts(r.Header.Values("If-None-Match"), "W/"+h.etag, "") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, r, "text/html; charset=utf-8", h.index)
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Add("Vary", "Accept-Encoding")
	if a.hashed {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	if accepts(r.Header.Values("Accept-Encoding"), "gzip", "*") {
		header.Set("Content-Encoding", "gzip")
		write(w, r, a.contentType, a.compressed)
		return
	}
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(a.bytes))
	if r.Method == http.MethodHead {
		return
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.compressed))
	if err != nil {
		panic("playground: embedded asset is not gzip: " + err.Error())
	}
	// An error here means that the client has gone.
	_, _ = io.Copy(w, reader)
}

// write sends body, or only its headers to a HEAD request.
func write(w http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// An error here means that the client has gone.
	_, _ = w.Write(body)
}
