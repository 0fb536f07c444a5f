package users_test

import (
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/users"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	for userAgent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                         "Chrome on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36":                   "Chrome on Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                   "Safari on macOS",
		"okhttp/4.12.0":                "Android app",
		"curl/8.5.0":                   "curl",
		"Weft-iOS/1.2 (build 3)":       "Weft-iOS",
		"":                             "Unknown device",
		" ":                            "Unknown device",
		"\x00/1":                       "Unknown device",
		strings.Repeat("x", 300):       strings.Repeat("x", 40),
		"<script>alert(1)</script> / ": "<script>alert(1)<",
	} {
		if got := users.Device(userAgent); got != want {
			t.Errorf("Device(%q) = %q, want %q", userAgent, got, want)
		}
	}
}
