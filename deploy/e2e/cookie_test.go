package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// tryCookies logs in as a browser does: the refresh token goes to and fro in a
// cookie, through the router.
func tryCookies(t *testing.T, p *platform) {
	t.Helper()
	ask(t, p.graphQL(), "", register, map[string]any{"input": map[string]any{
		"email": "cookie@example.test", "password": "correct horse battery", "displayName": "Cookie",
	}})
	text, first := postWithCookie(t, p.graphQL(), nil, `mutation ($input: LoginInput!) { login(input: $input) { tokens { refreshToken } errors { code } } }`,
		map[string]any{"input": map[string]any{"email": "cookie@example.test", "password": "correct horse battery", "delivery": "COOKIE"}})
	if first == nil || !strings.Contains(text, `"refreshToken":null`) || !first.HttpOnly || !first.Secure || first.SameSite != http.SameSiteStrictMode {
		t.Fatalf("login: cookie %v, answer %s", first, text)
	}
	const refresh = `mutation { refreshSession { tokens { accessToken } errors { code } } }`
	text, second := postWithCookie(t, p.graphQL(), first, refresh, nil)
	if second == nil || second.Value == first.Value || !strings.Contains(text, `"accessToken":"`) {
		t.Fatalf("refresh: cookie %v, answer %s", second, text)
	}
	text, gone := postWithCookie(t, p.graphQL(), second, `mutation { logout { errors { code } } }`, nil)
	if gone == nil || gone.MaxAge >= 0 {
		t.Errorf("logout: cookie %v, answer %s", gone, text)
	}
	if text, _ := postWithCookie(t, p.graphQL(), second, refresh, nil); !strings.Contains(text, "TOKEN_INVALID") {
		t.Errorf("after logout: %s", text)
	}
}

// postWithCookie sends an operation with a cookie, if there is one, and returns the
// response's text and the cookie that it sets, nil for none.
func postWithCookie(t *testing.T, url string, cookie *http.Cookie, query string, variables map[string]any) (text string, set *http.Cookie) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if cookie != nil {
		request.AddCookie(cookie)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range answer.Cookies() {
		if one.Name == "__Host-weft-refresh" {
			set = one
		}
	}
	return string(read), set
}
