package limit

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMiddlewareBoundsTheBody(t *testing.T) {
	t.Parallel()
	for body, fits := range map[string]bool{"": true, "12345": true, "123456": false} {
		var err error
		middleware, configErr := Middleware(Config{HTTPMaxRequestBytes: 5})
		if configErr != nil {
			t.Fatal(configErr)
		}
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err = io.ReadAll(r.Body)
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(body)))
		var large *http.MaxBytesError
		if errors.As(err, &large) == fits {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestDefaultsAreApolloRouters(t *testing.T) {
	t.Parallel()
	want := Config{HTTPMaxRequestBytes: 2_000_000, ParserMaxTokens: 15_000, ParserMaxRecursion: 500, InFlightMaxBytesPerCPU: 12 << 20}
	if got := (Config{}).WithDefaults(); got != want {
		t.Errorf("got %+v", got)
	}
	if _, err := Middleware(Config{HTTPMaxRequestBytes: -1}); err == nil {
		t.Error("a negative limit was accepted")
	}
}
