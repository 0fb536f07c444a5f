package preview

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/weftql/weft/workers/internal/letter"
)

// Path is where the handler expects to be mounted.
const Path = "/letters/"

//go:embed page.html
var pageHTML string

// shown is a sample on the page.
type shown struct {
	Name     string
	Letter   string
	Versions []version
}

// version is a sample in one language.
type version struct {
	Language, Direction string
	Subject, Text       string
}

// New returns the handler of everything below Path.
func New() (http.Handler, error) {
	page, err := template.New("page.html").Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{$}", func(w http.ResponseWriter, _ *http.Request) {
		write(w, page, Samples())
	})
	mux.HandleFunc("GET "+Path+"{name}", func(w http.ResponseWriter, r *http.Request) {
		sample, found := find(r.PathValue("name"))
		if !found {
			http.NotFound(w, r)
			return
		}
		write(w, page, []Sample{sample})
	})
	mux.HandleFunc("GET "+Path+"{name}/{file}", serveForm)
	return mux, nil
}

// serveForm answers a letter in one form as it is sent.
func serveForm(w http.ResponseWriter, r *http.Request) {
	sample, found := find(r.PathValue("name"))
	language, form, _ := strings.Cut(r.PathValue("file"), ".")
	if !found || !known(language) || form != "html" && form != "txt" {
		http.NotFound(w, r)
		return
	}
	content, err := letter.Render(language, sample.Reader, sample.Letter)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Mail programs run no scripts and load nothing either.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	kind, body := "text/html", content.HTML
	if form == "txt" {
		kind, body = "text/plain", content.Text
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write([]byte(body)) // a reader who went away needs no answer
}

// write answers the page with samples.
func write(w http.ResponseWriter, page *template.Template, samples []Sample) {
	var all []shown
	for _, sample := range samples {
		one := shown{Name: sample.Name, Letter: sample.Letter.Name()}
		for _, language := range letter.Languages() {
			content, err := letter.Render(language.Tag, sample.Reader, sample.Letter)
			if err != nil {
				http.Error(w, sample.Name+": "+err.Error(), http.StatusInternalServerError)
				return
			}
			direction := "ltr"
			if content.RightToLeft {
				direction = "rtl"
			}
			one.Versions = append(one.Versions, version{Language: language.Tag, Direction: direction, Subject: content.Subject, Text: content.Text})
		}
		all = append(all, one)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, all); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'none'; base-uri 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes())
}

func find(name string) (Sample, bool) {
	for _, sample := range Samples() {
		if sample.Name == name {
			return sample, true
		}
	}
	return Sample{}, false
}

func known(tag string) bool {
	for _, language := range letter.Languages() {
		if language.Tag == tag {
			return true
		}
	}
	return false
}
