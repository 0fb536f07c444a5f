package telemetry

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMiddlewareWritesOneLineForARequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(&out, LogConfig{})
	if err != nil {
		t.Fatal(err)
	}
	handler := Middleware(log, "/health")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record := RecordOf(r.Context())
		record.Operation, record.Codes = "Me", []string{"AUTH_ERROR"}
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("12345"))
	}))
	request := httptest.NewRequest("POST", "/graphql?variables=secret", strings.NewReader("{secret}"))
	request.Header.Set("Authorization", "Bearer secret")
	request.Header.Set(RequestIDHeader, "proxy-17")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/health", nil))

	if strings.Contains(out.String(), "secret") {
		t.Errorf("the log shows a secret: %s", out.String())
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil { // fails on two lines
		t.Fatalf("%v: %s", err, out.String())
	}
	if duration, ok := line[DurationKey].(float64); !ok || duration < 0 {
		t.Errorf("duration: %v", line[DurationKey])
	}
	delete(line, DurationKey)
	delete(line, "time")
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "POST", "path": "/graphql", "status": 401.0,
		"response_bytes": 5.0, "request_id": "proxy-17", "operation": "Me", "error_codes": []any{"AUTH_ERROR"},
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
	if id := answer.Header().Get(RequestIDHeader); id != "proxy-17" {
		t.Errorf("the response's id is %q", id)
	}
}

func TestLinesAreThoseOfSlog(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/graphql", "/", "/a b", "/\"quoted\"", `/back\slash`, "/é", "/new\nline", "/<b>&", "/\x7f"} {
		for _, codes := range [][]string{nil, {"AUTH_ERROR"}} {
			for i, operation := range []string{"", "Me", "ÄÖ"} {
				l := line{
					at: time.Now(), level: slog.LevelInfo, method: "POST", path: path, status: 200,
					took:   []time.Duration{0, 999, 1_234_567, time.Hour + time.Microsecond}[(i+len(path))%4],
					record: &Record{RequestID: "id-1", Bytes: 1 << 40, Operation: operation, Codes: codes},
				}
				var direct, plain bytes.Buffer
				writeLine(slog.New(newHandler(&direct, nil)), httptest.NewRequest("POST", "/", nil), &l)
				writeLine(slog.New(slog.NewJSONHandler(&plain, nil)), httptest.NewRequest("POST", "/", nil), &l)
				if diff := cmp.Diff(timeless(t, plain.String()), timeless(t, direct.String())); diff != "" {
					t.Errorf("(-slog +written)\n%s", diff)
				}
			}
		}
	}
}

// timeless returns a line without its time, which has to be one.
func timeless(t *testing.T, text string) string {
	t.Helper()
	const begin = `{"time":"`
	at, rest, ok := strings.Cut(strings.TrimPrefix(text, begin), `"`)
	if _, err := time.Parse(time.RFC3339Nano, at); !ok || err != nil || !strings.HasPrefix(text, begin) {
		t.Errorf("%q begins with no time: %v", text, err)
	}
	return rest
}

func TestMostLinesAreWrittenDirectly(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := line{method: "POST", path: "/graphql", record: &Record{RequestID: "id-1", Operation: "Me"}}
	if !newHandler(&out, nil).write(&l) {
		t.Error("slog has to write it")
	}
}

func TestRequestIDReplacesWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"", "a b", "a;b", "é", "line\nbreak", strings.Repeat("x", 65)} {
		id := requestID(sent)
		if id == sent || id == "" {
			t.Errorf("%q was kept", sent)
		}
		if again := requestID(sent); again == id {
			t.Errorf("%q: the same id twice", sent)
		}
	}
	if id := requestID("A-z_0.9"); id != "A-z_0.9" {
		t.Errorf("a good id became %q", id)
	}
}

func TestNewLoggerRefusesUnknownSettings(t *testing.T) {
	t.Parallel()
	for _, config := range []LogConfig{{Level: "loud"}, {Format: "xml"}} {
		if _, err := NewLogger(&bytes.Buffer{}, config); err == nil {
			t.Errorf("%+v was accepted", config)
		}
	}
	var out bytes.Buffer
	log, err := NewLogger(&out, LogConfig{Level: "WARN", Format: Text})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud")
	if text := out.String(); strings.Contains(text, "quiet") || !strings.Contains(text, "msg=loud") {
		t.Errorf("log: %s", text)
	}
}
