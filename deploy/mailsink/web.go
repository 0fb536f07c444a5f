package mailsink

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// maxWait bounds how long a request may wait for mail.
const maxWait = 30 * time.Second

//go:embed page.html
var pageText embed.FS

// web answers HTTP requests about a box.
type web struct {
	box  *Box
	page *template.Template
}

// newHandler returns the page and the JSON API.
func newHandler(box *Box) (http.Handler, error) {
	page, err := template.New("page.html").Funcs(template.FuncMap{"links": links}).ParseFS(pageText, "page.html")
	if err != nil {
		return nil, fmt.Errorf("mailsink: %w", err)
	}
	w := &web{box: box, page: page}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", w.showList)
	mux.HandleFunc("GET /messages/{id}", w.showMessage)
	mux.HandleFunc("POST /messages/{id}/delete", w.deleteByForm)
	mux.HandleFunc("POST /delete", w.clearByForm)
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /api/messages", w.list)
	mux.HandleFunc("DELETE /api/messages", w.clear)
	mux.HandleFunc("GET /api/messages/{id}", w.get)
	mux.HandleFunc("DELETE /api/messages/{id}", w.remove)
	return protect(http.NewCrossOriginProtection().Handler(mux)), nil
}

// protect refuses requests under another host's name, which is how a web site
// would read a loopback service (DNS rebinding), and allows the page nothing.
func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			refuse(w, http.StatusForbidden, "ask for this page as localhost or 127.0.0.1")
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// list answers GET /api/messages.
func (w *web) list(out http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	wait := time.Duration(0)
	if text := r.URL.Query().Get("wait"); text != "" {
		var err error
		if wait, err = time.ParseDuration(text); err != nil || wait < 0 || wait > maxWait {
			refuse(out, http.StatusBadRequest, fmt.Sprintf("wait=%q is not a duration between 0s and %s", text, maxWait))
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	answer(out, struct {
		Messages []Summary `json:"messages"`
	}{w.box.await(ctx, to)})
}

// get answers GET /api/messages/{id}.
func (w *web) get(out http.ResponseWriter, r *http.Request) {
	m, found := w.box.get(r.PathValue("id"))
	if !found {
		refuse(out, http.StatusNotFound, "no such message")
		return
	}
	answer(out, m)
}

// remove answers DELETE /api/messages/{id}.
func (w *web) remove(out http.ResponseWriter, r *http.Request) {
	if !w.box.remove(r.PathValue("id")) {
		refuse(out, http.StatusNotFound, "no such message")
		return
	}
	out.WriteHeader(http.StatusNoContent)
}

// clear answers DELETE /api/messages.
func (w *web) clear(out http.ResponseWriter, _ *http.Request) {
	w.box.clear()
	out.WriteHeader(http.StatusNoContent)
}

// showList shows all messages.
func (w *web) showList(out http.ResponseWriter, _ *http.Request) {
	list, _ := w.box.list("")
	w.show(out, map[string]any{"List": list})
}

// showMessage shows one message.
func (w *web) showMessage(out http.ResponseWriter, r *http.Request) {
	m, found := w.box.get(r.PathValue("id"))
	if !found {
		out.WriteHeader(http.StatusNotFound)
		w.show(out, map[string]any{"Missing": true})
		return
	}
	w.show(out, map[string]any{"Message": m})
}

// deleteByForm deletes one message and shows the others.
func (w *web) deleteByForm(out http.ResponseWriter, r *http.Request) {
	w.box.remove(r.PathValue("id"))
	http.Redirect(out, r, "/", http.StatusSeeOther)
}

// clearByForm deletes all messages.
func (w *web) clearByForm(out http.ResponseWriter, r *http.Request) {
	w.box.clear()
	http.Redirect(out, r, "/", http.StatusSeeOther)
}

// show writes the page. An error means that the reader has gone.
func (w *web) show(out http.ResponseWriter, data map[string]any) {
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = w.page.Execute(out, data)
}

// answer writes a JSON answer. An error means that the client has gone.
func answer(out http.ResponseWriter, value any) {
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(value)
}

// refuse writes a JSON error.
func refuse(out http.ResponseWriter, status int, message string) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(map[string]string{"error": message})
}

// A piece of a text: a web address, to be shown as a link, or other text.
type piece struct {
	Text string
	Link bool
}

// links cuts a text into pieces.
func links(text string) []piece {
	var pieces []piece
	end := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		pieces = append(pieces, piece{Text: text[end:at[0]]}, piece{Text: text[at[0]:at[1]], Link: true})
		end = at[1]
	}
	return append(pieces, piece{Text: text[end:]})
}

// address finds web addresses in a text, without the punctuation after them.
var address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]]`)
