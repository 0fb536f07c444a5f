package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// cookieOf returns the cookie that an answer sets.
func cookieOf(t *testing.T, response servertest.Response) *http.Cookie {
	t.Helper()
	lines := response.Header.Values("Set-Cookie")
	if len(lines) != 1 {
		t.Fatalf("cookies %q", lines)
	}
	cookie, err := http.ParseSetCookie(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

func TestCookieMode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.signUp(t, "ada@example.com")
	send := func(cookie, query string, variables map[string]any) servertest.Response {
		t.Helper()
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		request := b.Request(t, identity.Claims{}, body)
		if cookie != "" {
			request.Header.Set("Cookie", "theme=dark; __Host-weft-refresh="+cookie)
		}
		response := b.Send(t, request)
		response.WantCodes(t)
		return response
	}
	response := send("", loginMutation, map[string]any{"in": map[string]any{
		"email": "ada@example.com", "password": "correct horse battery", "delivery": "COOKIE",
	}})
	if !strings.Contains(string(response.Data), `"refreshToken":null`) || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("answer %s, %v", response.Data, response.Header)
	}
	first := cookieOf(t, response)
	want := &http.Cookie{
		Name: "__Host-weft-refresh", Value: first.Value, Path: "/", MaxAge: 30 * 24 * 3600,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, Raw: first.Raw,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("cookie (-want +got):\n%s", diff)
	}
	const refresh = `mutation { refreshSession { tokens { accessToken refreshToken } errors { code } } }`
	response = send(first.Value, refresh, nil)
	second := cookieOf(t, response)
	if second.Value == first.Value || !strings.Contains(string(response.Data), `"refreshToken":null`) {
		t.Errorf("cookie %q, answer %s", second.Value, response.Data)
	}
	if tab := cookieOf(t, send(first.Value, refresh, nil)); tab.Value != second.Value {
		t.Error("a second tab gets another cookie")
	}
	t.Run("register", func(t *testing.T) {
		response := send("", registerMutation, map[string]any{"in": map[string]any{
			"email": "bob@example.com", "password": "correct horse battery", "displayName": "Bob", "delivery": "COOKIE",
		}})
		if cookieOf(t, response).Value == "" || !strings.Contains(string(response.Data), `"refreshToken":null`) {
			t.Errorf("answer %s", response.Data)
		}
	})
	t.Run("a token in the body is answered in the body", func(t *testing.T) {
		bearer := b.logIn(t, "ada@example.com")
		response := send(second.Value, refreshMutation, map[string]any{"token": bearer.RefreshToken})
		if len(response.Header.Values("Set-Cookie")) != 0 || !strings.Contains(string(response.Data), `"refreshToken":"wrt_`) {
			t.Errorf("answer %s, %v", response.Data, response.Header)
		}
	})
	t.Run("logout removes the cookie", func(t *testing.T) {
		if gone := cookieOf(t, send(second.Value, `mutation { logout { errors { code } } }`, nil)); gone.MaxAge != -1 || gone.Value != "" || !gone.Secure {
			t.Errorf("cookie %+v", gone)
		}
		response := send(second.Value, refresh, nil)
		response.WantData(t, `{"refreshSession":{"tokens":null,"errors":[{"code":"TOKEN_INVALID"}]}}`)
		if gone := cookieOf(t, response); gone.MaxAge != -1 {
			t.Errorf("a cookie that is worth nothing stays: %+v", gone)
		}
	})
	t.Run("without a cookie there is none to remove", func(t *testing.T) {
		for _, query := range []string{refresh, `mutation { logout { errors { code } } }`} {
			if lines := send("", query, nil).Header.Values("Set-Cookie"); len(lines) != 0 {
				t.Errorf("%s sets %q", query, lines)
			}
		}
	})
	t.Run("the last of two logins counts", func(t *testing.T) {
		response := send("", `mutation ($in: LoginInput!) { a: login(input: $in) { errors { code } } b: login(input: $in) { errors { code } } }`,
			map[string]any{"in": map[string]any{"email": "ada@example.com", "password": "correct horse battery", "delivery": "COOKIE"}})
		cookieOf(t, response) // one
	})
}
