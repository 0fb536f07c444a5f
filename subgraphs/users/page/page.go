package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // for the page's template and style
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
)

const (
	// maxBodyBytes is more than a token and two passwords need, however they are
	// written.
	maxBodyBytes = 16 << 10
	// timeout bounds the work for one request.
	timeout = 15 * time.Second
)

//go:embed page.html
var source string

//go:embed style.css
var style string

// Accounts is what the pages need of users. What is refused is users.UserErrors.
type Accounts interface {
	// VerifyEmail and ResetPassword are those of users.Service.
	VerifyEmail(ctx context.Context, viewer users.Viewer, token string) (*users.User, error)
	ResetPassword(ctx context.Context, viewer users.Viewer, token, password string) error

	// VerificationLocale, ResetLocale and SubscriberLocale return the locale of the
	// account that a token, or an id, is that of, and change nothing. UserErrors:
	// users.CodeTokenInvalid.
	VerificationLocale(ctx context.Context, token string) (string, error)
	ResetLocale(ctx context.Context, token string) (string, error)
	SubscriberLocale(ctx context.Context, userID string) (string, error)

	// Unsubscribe ends a user's mails of a topic. UserErrors: users.CodeTokenInvalid.
	Unsubscribe(ctx context.Context, userID string, topic users.Topic) error

	// TryLink counts a try of a link from where the viewer is. Who turns out to have
	// a good one takes it back. UserErrors: users.CodeRateLimited.
	TryLink(ctx context.Context, viewer users.Viewer) (takeBack func(context.Context), err error)
}

// Config configures the pages.
type Config struct {
	// LinkKeys open the links that end mails. Defaults to none: no such link is good.
	LinkKeys link.Keys
	// Proxies are those whose X-Forwarded-For is believed. Defaults to none.
	Proxies Proxies
	// Logger is told of what went wrong. Required.
	Logger *slog.Logger
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Pages answers requests for the pages. It is safe for concurrent use.
type Pages struct {
	config   Config
	accounts Accounts
	template *template.Template
	policy   string // Content-Security-Policy
	mux      *http.ServeMux
}

var _ http.Handler = (*Pages)(nil)

// New returns the pages.
func New(config Config, accounts Accounts) (*Pages, error) {
	if config.Logger == nil || accounts == nil {
		return nil, errors.New("page: Logger or accounts is missing")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	parsed, err := template.New("page").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	digest := sha256.Sum256([]byte(style))
	p := &Pages{
		config: config, accounts: accounts, template: parsed, mux: http.NewServeMux(),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	for path, one := range map[string]kind{
		"/verify": verification{p}, "/reset": reset{p}, "/unsubscribe": unsubscription{p},
	} {
		p.mux.Handle(path, p.serve(one))
	}
	p.mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.write(w, visit{words: wordsOf(preferred(r))}.unknown())
	}))
	return p, nil
}

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", p.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("X-Robots-Tag", "noindex")
	p.mux.ServeHTTP(w, r)
}

// kind is one of the pages.
type kind interface {
	// ask returns what GET shows of a token.
	ask(ctx context.Context, v visit, token string) (answer, error)
	// act does what POST asks for.
	act(ctx context.Context, v visit, form map[string][]string) (answer, error)
	// spent is what is said of a token that is not good, or not any more.
	spent(v visit) answer
}

// visit is one request for a page.
type visit struct {
	viewer users.Viewer
	words  *words
	query  string // the token in the address
}

// in is the visit in the language of an account.
func (v visit) in(locale string) visit {
	v.words = wordsOf(locale)
	return v
}

// serve returns the handler of a page.
func (p *Pages) serve(page kind) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		v := visit{
			viewer: users.Viewer{Address: p.config.Proxies.client(r), UserAgent: r.UserAgent(), RequestID: rand.Text()},
			words:  wordsOf(preferred(r)), query: r.URL.Query().Get("token"),
		}
		var form map[string][]string
		switch r.Method {
		case http.MethodGet, http.MethodHead:
		case http.MethodPost:
			var refused *answer
			if form, refused = readForm(w, r, v); refused != nil {
				p.write(w, *refused)
				return
			}
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			p.write(w, v.wrongMethod())
			return
		}
		shown, err := p.answer(ctx, page, v, form)
		if err != nil {
			p.config.Logger.ErrorContext(ctx, "a page failed", slog.String("path", r.URL.Path), slog.String("request_id", v.viewer.RequestID), slog.Any("error", err))
			shown = v.failed()
		}
		p.write(w, shown)
	})
}

// answer is what a page says to a GET, which has no form, or to a POST.
func (p *Pages) answer(ctx context.Context, page kind, v visit, form map[string][]string) (answer, error) {
	takeBack, err := p.accounts.TryLink(ctx, v.viewer)
	if err == nil {
		var shown answer
		if form == nil {
			shown, err = page.ask(ctx, v, v.query)
		} else {
			shown, err = page.act(ctx, v, form)
		}
		if err == nil {
			takeBack(ctx)
			return shown, nil
		}
	}
	var refused users.UserErrors
	if !errors.As(err, &refused) {
		return answer{}, err
	}
	switch refused[0].Code {
	case users.CodeRateLimited:
		return v.tooMany(refused[0].RetryAfter), nil
	case users.CodeTokenInvalid:
		return page.spent(v), nil
	}
	return answer{}, err
}

// readForm reads the body of a POST, in either of the ways in which browsers and mail
// programs send forms; or it returns what to say of it.
func readForm(w http.ResponseWriter, r *http.Request, v visit) (map[string][]string, *answer) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
	refuse := func(status int) (map[string][]string, *answer) {
		refused := v.malformed(status)
		return nil, &refused
	}
	var err error
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(maxBodyBytes)
	default:
		return refuse(http.StatusUnsupportedMediaType)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge)
	}
	if err != nil {
		return refuse(http.StatusBadRequest)
	}
	return r.PostForm, nil
}

// first returns the first value of a field.
func first(form map[string][]string, name string) string {
	if values := form[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// write renders an answer.
func (p *Pages) write(w http.ResponseWriter, shown answer) {
	var page bytes.Buffer
	shown.Style = template.CSS(style)
	if err := p.template.Execute(&page, shown); err != nil {
		p.config.Logger.Error("a page failed", slog.Any("error", err))
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", shown.Lang)
	header.Set("Content-Length", strconv.Itoa(page.Len()))
	if shown.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int(shown.retryAfter.Seconds())))
	}
	w.WriteHeader(shown.status)
	_, _ = w.Write(page.Bytes()) // who has gone does not miss it
}
