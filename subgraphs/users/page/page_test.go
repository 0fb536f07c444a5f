package page_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/subgraphs/users/page"
)

const (
	good     = "GOODGOODGOODGOODGOODGOODGO"
	ada      = "usr_068sthz3kxq7v5c2m9r4t8w0eg"
	password = "correct horse battery"
)

// accounts are those of one person, whose token is good until it is used. They note
// what is done.
type accounts struct {
	locale string
	err    error // of everything

	mu      sync.Mutex
	did     []string
	tries   int // that were not taken back
	allowed int // how many there may be; 0 for any number
}

var _ page.Accounts = (*accounts)(nil)

func (a *accounts) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.did = append(a.did, fmt.Sprintf(format, args...))
}

// done returns what was done, and forgets it.
func (a *accounts) done() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	done := a.did
	a.did = nil
	return done
}

func (a *accounts) token(token string) (string, error) {
	if a.err != nil {
		return "", a.err
	}
	if token != good {
		return "", fmt.Errorf("token: %w", users.TokenInvalid())
	}
	return a.locale, nil
}

func (a *accounts) VerificationLocale(_ context.Context, token string) (string, error) {
	return a.token(token)
}

func (a *accounts) ResetLocale(_ context.Context, token string) (string, error) {
	return a.token(token)
}

func (a *accounts) SubscriberLocale(_ context.Context, userID string) (string, error) {
	if userID != ada {
		return "", users.TokenInvalid()
	}
	return a.locale, a.err
}

func (a *accounts) VerifyEmail(_ context.Context, viewer users.Viewer, token string) (*users.User, error) {
	locale, err := a.token(token)
	if err == nil {
		a.note("verify from %s by %s", viewer.Address, viewer.UserAgent)
	}
	return &users.User{Locale: &locale}, err
}

func (a *accounts) ResetPassword(_ context.Context, viewer users.Viewer, token, password string) error {
	if _, err := a.token(token); err != nil {
		return err
	}
	if password == "busy" {
		return users.BusyAt("newPassword")
	}
	if err := users.CheckPassword(password, "newPassword"); err != nil {
		return err
	}
	a.note("reset to %s", password)
	return nil
}

func (a *accounts) Unsubscribe(_ context.Context, userID string, topic users.Topic) error {
	a.note("unsubscribe %s from %s", userID, topic)
	return nil
}

func (a *accounts) TryLink(_ context.Context, viewer users.Viewer) (func(context.Context), error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.allowed > 0 && a.tries >= a.allowed {
		return nil, users.TooManyAt(90*time.Second, "token")
	}
	a.tries++
	return func(context.Context) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.tries--
	}, nil
}

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// site is the pages on a server of their own.
type site struct {
	*httptest.Server
	*accounts
	keys link.Keys
	log  *bytes.Buffer
}

func serve(t testing.TB, proxies string) *site {
	t.Helper()
	keys, err := link.ParseKeys("k:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := page.ParseProxies(proxies)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{accounts: &accounts{locale: users.LocaleEnglish}, keys: keys, log: &bytes.Buffer{}}
	pages, err := page.New(page.Config{
		LinkKeys: keys, Proxies: trusted, Logger: slog.New(slog.NewTextHandler(s.log, nil)), Now: func() time.Time { return now },
	}, s.accounts)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(pages)
	t.Cleanup(s.Close)
	return s
}

// unsubscribe is a token that ends mails of a topic.
func (s *site) unsubscribe(topic users.Topic, life time.Duration) string {
	return s.keys.Sign(link.Unsubscribe{UserID: ada, Topic: topic, Expires: now.Add(life)})
}

// send sends a request and returns the response with its body.
func (s *site) send(t testing.TB, method, target, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return errors.New("a page redirects") }
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// form is a body.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	digest := s.unsubscribe(users.TopicDigest, time.Hour)
	for _, c := range []struct {
		name, method, target, body string
		status                     int
		text                       string
		did                        []string
	}{
		{"verify asks", "GET", "/verify?token=" + good, "", 200, "Verify this address", nil},
		{"verify", "POST", "/verify", form("token", good), 200, "Your address is verified", []string{"verify from 127.0.0.1 by test"}},
		{"verify by its address alone does not act", "POST", "/verify?token=" + good, "", 410, "does not work any more", nil},
		{"verify, a bad token", "GET", "/verify?token=x", "", 410, "ask for another mail", nil},
		{"verify, no token", "GET", "/verify", "", 410, "part of it is missing", nil},
		{"verify with a bad token", "POST", "/verify", form("token", "x"), 410, "does not work any more", nil},
		{"reset asks", "GET", "/reset?token=" + good, "", 200, "Choose a new password", nil},
		{"reset, a bad token", "GET", "/reset?token=x", "", 410, "ask for another mail where you log in", nil},
		{"reset", "POST", "/reset", form("token", good, "password", password, "again", password), 200, "Your password is changed", []string{"reset to " + password}},
		{"reset with two passwords", "POST", "/reset", form("token", good, "password", password, "again", "x"), 422, "are not the same", nil},
		{"reset with a short one", "POST", "/reset", form("token", good, "password", "x", "again", "x"), 422, "The password must have at least 10 characters.", nil},
		{"reset with none", "POST", "/reset", form("token", good), 422, "The password must have at least 10 characters.", nil},
		{"reset with a long one", "POST", "/reset", form("token", good, "password", strings.Repeat("x", 257), "again", strings.Repeat("x", 257)), 422, "The password must not be longer than 256 characters.", nil},
		{"reset while many do", "POST", "/reset", form("token", good, "password", "busy", "again", "busy"), 503, "try again", nil},
		{"reset with a bad token", "POST", "/reset", form("token", "x", "password", password, "again", password), 410, "does not work any more", nil},
		{"unsubscribe asks", "GET", "/unsubscribe?token=" + digest, "", 200, "no more summaries", nil},
		{"unsubscribe", "POST", "/unsubscribe", form("token", digest), 200, "will not get these mails", []string{"unsubscribe " + ada + " from digest"}},
		{"unsubscribe by one click", "POST", "/unsubscribe?token=" + digest, "List-Unsubscribe=One-Click", 200, "will not get these mails", []string{"unsubscribe " + ada + " from digest"}},
		{"unsubscribe by its address alone does not act", "POST", "/unsubscribe?token=" + digest, "", 410, "does not work any more", nil},
		{"unsubscribe, expired", "GET", "/unsubscribe?token=" + s.unsubscribe(users.TopicDigest, 0), "", 410, "has expired", nil},
		{"unsubscribe, forged", "POST", "/unsubscribe", form("token", digest+"x"), 410, "has expired", nil},
		{"unsubscribe from what is no topic", "GET", "/unsubscribe?token=" + s.unsubscribe("security", time.Hour), "", 410, "has expired", nil},
		{"no page", "GET", "/", "", 404, "no such page", nil},
		{"no page to send to", "POST", "/admin", "", 404, "no such page", nil},
		{"another method", "DELETE", "/verify?token=" + good, "", 405, "did not work", nil},
		{"asking for methods", "OPTIONS", "/unsubscribe", "", 405, "did not work", nil},
		{"a large body", "POST", "/reset", form("token", good, "password", strings.Repeat("x", 20_000)), 413, "did not work", nil},
		{"a body that is no form", "POST", "/reset", "token=%zz", 400, "did not work", nil},
	} {
		response, text := s.send(t, c.method, c.target, c.body, "User-Agent", "test")
		if response.StatusCode != c.status || !strings.Contains(text, c.text) {
			t.Errorf("%s: %s, want %d and %q\n%s", c.name, response.Status, c.status, c.text, text)
		}
		if diff := cmp.Diff(c.did, s.done()); diff != "" {
			t.Errorf("%s did (-want +got):\n%s", c.name, diff)
		}
		if response.StatusCode == 405 && response.Header.Get("Allow") != "GET, HEAD, POST" {
			t.Errorf("%s: Allow is %q", c.name, response.Header.Get("Allow"))
		}
		if response.StatusCode == 503 && response.Header.Get("Retry-After") == "" {
			t.Errorf("%s: nobody says how long to wait", c.name)
		}
		s.checkSafe(t, c.name, response, text)
	}
	if s.log.Len() > 0 {
		t.Errorf("what is expected is logged:\n%s", s.log)
	}
}

// checkSafe looks at what every answer has to be like.
func (s *site) checkSafe(t *testing.T, name string, response *http.Response, text string) {
	t.Helper()
	for header, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Set-Cookie": "", "Location": "",
		"Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY",
	} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", name, header, got, want)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(text)
	if style == nil {
		t.Fatalf("%s has no style\n%s", name, text)
	}
	digest := sha256.Sum256([]byte(style[1]))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if got := response.Header.Get("Content-Security-Policy"); got != policy {
		t.Errorf("%s: the policy is\n%s, want\n%s", name, got, policy)
	}
	for _, part := range []string{"<script", "http://", "https://", " on", "style=\""} {
		if body := text[strings.Index(text, "</style>"):]; part != " on" && strings.Contains(body, part) || strings.Contains(body, " onclick") {
			t.Errorf("%s has %q\n%s", name, part, text)
		}
	}
}

func TestHeadIsAsGet(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	for target, status := range map[string]int{"/verify?token=" + good: 200, "/verify?token=x": 410, "/x": 404} {
		response, text := s.send(t, "HEAD", target, "")
		if response.StatusCode != status || text != "" || response.ContentLength < 100 {
			t.Errorf("%s: %s, %d bytes announced, body %q", target, response.Status, response.ContentLength, text)
		}
	}
	if did := s.done(); did != nil {
		t.Errorf("HEAD did %q", did)
	}
}

func TestOneClickMayBeMultipart(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	if err := errors.Join(writer.WriteField("List-Unsubscribe", "One-Click"), writer.Close()); err != nil {
		t.Fatal(err)
	}
	response, text := s.send(t, "POST", "/unsubscribe?token="+s.unsubscribe(users.TopicShares, time.Hour), body.String(), "Content-Type", writer.FormDataContentType())
	if response.StatusCode != 200 || len(s.done()) != 1 {
		t.Errorf("%s\n%s", response.Status, text)
	}
	for kind, status := range map[string]int{"application/json": 415, "": 415, "multipart/form-data": 400} {
		if response, text := s.send(t, "POST", "/unsubscribe?token="+s.unsubscribe(users.TopicShares, time.Hour), `{}`, "Content-Type", kind); response.StatusCode != status || s.done() != nil {
			t.Errorf("%q: %s\n%s", kind, response.Status, text)
		}
	}
}

// TestLanguage prefers that of the account, then that of the browser.
func TestLanguage(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	hebrew, english := `<html lang="he" dir="rtl">`, `<html lang="en" dir="ltr">`
	for _, c := range []struct{ name, locale, accept, target, want string }{
		{"the account's", "he", "en", "/verify?token=" + good, hebrew},
		{"the account's, too", "en", "he", "/reset?token=" + good, english},
		{"the account's, of mails", "he", "", "/unsubscribe?token=" + s.unsubscribe(users.TopicReminders, time.Hour), hebrew},
		{"the browser's", "en", "he-IL, he;q=0.9, en;q=0.8", "/verify?token=x", hebrew},
		{"the better one", "he", "fr, he;q=0.4, en-GB;q=0.5", "/verify?token=x", english},
		{"an old name", "en", "iw", "/x", hebrew},
		{"one that is refused", "he", "he;q=0, en;q=0.1", "/x", english},
		{"none of ours", "he", "fr, de", "/x", english},
		{"none", "he", "", "/x", english},
	} {
		s.locale = c.locale
		if response, text := s.send(t, "GET", c.target, "", "Accept-Language", c.accept); !strings.Contains(text, c.want) || response.Header.Get("Content-Language") != c.want[12:14] {
			t.Errorf("%s: want %s\n%s", c.name, c.want, text)
		}
	}
	s.locale = "he"
	for target, body := range map[string]string{"/verify": form("token", good), "/reset": form("token", good, "password", "x", "again", "x")} {
		_, text := s.send(t, "POST", target, body)
		if !strings.Contains(text, hebrew) || regexp.MustCompile(`>[^<]*[a-z]{4}[^<]*<`).MatchString(strings.ReplaceAll(text[strings.Index(text, "</style>"):], "Weft", "")) {
			t.Errorf("%s is not in Hebrew\n%s", target, text)
		}
	}
}

func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	s.allowed = 3
	for range 10 { // good ones do not count
		if response, _ := s.send(t, "GET", "/verify?token="+good, ""); response.StatusCode != 200 {
			t.Fatal(response.Status)
		}
	}
	for range 3 {
		s.send(t, "POST", "/verify", form("token", "x"))
	}
	for _, target := range []string{"/verify", "/reset", "/unsubscribe"} {
		response, text := s.send(t, "POST", target, form("token", good))
		if response.StatusCode != 429 || response.Header.Get("Retry-After") != "90" || !strings.Contains(text, "Too many attempts") {
			t.Errorf("%s: %s, %q\n%s", target, response.Status, response.Header.Get("Retry-After"), text)
		}
	}
	if did := s.done(); did != nil {
		t.Errorf("what was refused did %q", did)
	}
}

func TestFailuresAreMaskedAndLogged(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	s.err = errors.New("the database hums")
	response, text := s.send(t, "GET", "/verify?token="+good, "")
	reference := regexp.MustCompile(`Reference: (\w+)`).FindStringSubmatch(text)
	if response.StatusCode != 500 || strings.Contains(text, "hums") || reference == nil {
		t.Fatalf("%s\n%s", response.Status, text)
	}
	if log := s.log.String(); strings.Count(log, "the database hums") != 1 || !strings.Contains(log, reference[1]) || strings.Contains(log, good) {
		t.Errorf("the log says %s", log)
	}
}

// TestAddressesComeFromProxies has requests arrive from 127.0.0.1.
func TestAddressesComeFromProxies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, proxies, forwarded, want string }{
		{"nobody is believed", "", "192.0.2.1", "127.0.0.1"},
		{"a proxy is", "127.0.0.1", "192.0.2.1", "192.0.2.1"},
		{"a network is", "10.0.0.0/8, 127.0.0.0/8", "198.51.100.1, 192.0.2.1, 10.1.1.1", "192.0.2.1"},
		{"version 6", "127.0.0.1", "2001:db8::1", "2001:db8::1"},
		{"what is no address", "127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"},
		{"nothing is said", "127.0.0.1", "", "127.0.0.1"},
	} {
		s := serve(t, c.proxies)
		s.send(t, "POST", "/verify", form("token", good), "X-Forwarded-For", c.forwarded, "User-Agent", "test")
		if diff := cmp.Diff([]string{"verify from " + c.want + " by test"}, s.done()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	for _, text := range []string{"localhost", "10.0.0.0/33", "1.2.3"} {
		if _, err := page.ParseProxies(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := page.New(page.Config{}, &accounts{}); err == nil {
		t.Error("without a logger")
	}
	if _, err := page.New(page.Config{Logger: slog.New(slog.DiscardHandler)}, nil); err == nil {
		t.Error("without accounts")
	}
}

// FuzzPages sends tokens and bodies to every page: none acts but by a good token, and
// none fails.
func FuzzPages(f *testing.F) {
	s := serve(f, "")
	f.Add(uint8(0), "x", "token=x")
	f.Add(uint8(1), "\x00", "token=%00&password=%ff&again=%ff")
	f.Add(uint8(2), "k.e30.x", "List-Unsubscribe=One-Click")
	f.Fuzz(func(t *testing.T, which uint8, token, body string) {
		path := []string{"/verify", "/reset", "/unsubscribe"}[which%3]
		for _, method := range []string{"GET", "POST"} {
			response, text := s.send(t, method, path+"?token="+url.QueryEscape(token), body)
			if response.StatusCode < 200 || response.StatusCode >= 500 {
				t.Errorf("%s %s: %s\n%s", method, path, response.Status, text)
			}
		}
		if did := s.done(); did != nil && !strings.Contains(token+body, good) {
			t.Errorf("%q and %q did %q", token, body, did)
		}
	})
}
