package transport

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// recorder is a connection that keeps what is written, write by write.
type recorder struct {
	net.Conn
	writes []string
}

func (r *recorder) Write(p []byte) (int, error) {
	r.writes = append(r.writes, string(p))
	return len(p), nil
}

func TestConnection_holds_back_what_more_is_to_follow(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("a", bufferedBytes)
	for name, tc := range map[string]struct {
		expected int
		writes   []string
		sent     string // before settle
	}{
		"nothing is expected":       {0, []string{"head", "body"}, "headbody"},
		"all of it comes":           {6, []string{"head", "body"}, "headbody"},
		"and more than that":        {6, []string{"head", "body", "more"}, "headbodymore"},
		"less than that":            {60, []string{"head", "body"}, ""},
		"nothing at all":            {60, nil, ""},
		"enough at once":            {2, []string{"head", "body"}, "headbody"},
		"a buffer and what follows": {5000, []string{full, full}, full + full},
		"a buffer and less":         {5000, []string{full, "body"}, full + "body"}, // more than is held back
		"more than a buffer":        {9000, []string{full + "a", "body"}, full + "abody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{}
			c := &connection{Conn: r}
			for range 2 { // the second time with memory of the first
				r.writes = nil
				c.expect(tc.expected)
				for _, text := range tc.writes {
					if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
						t.Fatalf("%d, %v", n, err)
					}
				}
				if sent := strings.Join(r.writes, ""); sent != tc.sent {
					t.Errorf("%.20q is sent, want %.20q", sent, tc.sent)
				}
				if err := c.settle(); err != nil {
					t.Fatal(err)
				}
				if sent := strings.Join(r.writes, ""); sent != strings.Join(tc.writes, "") {
					t.Errorf("%.20q is sent in the end", sent)
				}
			}
		})
	}
}

func TestConnection_sends_a_large_answer_in_one_piece(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	c := &connection{Conn: r}
	body := bytes.Repeat([]byte("b"), 100_000)
	c.expect(len(body))
	if _, err := c.Write(body[:bufferedBytes]); err != nil || len(r.writes) > 0 {
		t.Fatalf("%d writes, %v", len(r.writes), err)
	}
	if n, err := c.Write(body[bufferedBytes:]); n != len(body)-bufferedBytes || err != nil || len(r.writes) != 2 {
		t.Fatalf("%d bytes, %d writes, %v", n, len(r.writes), err) // one writev, where the system has it
	}
}

func TestListener_serves_answers_of_all_sizes(t *testing.T) {
	t.Parallel()
	var size int
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := fmt.Sscan(r.URL.Query().Get("size"), &size); err != nil {
			t.Error(err)
		}
		if r.Context().Value(connectionKey{}) == nil {
			t.Error("the request's connection is not known")
		}
		Write(r.Context(), w, JSON, answer(size))
	}))
	server.Listener = Listener(server.Listener)
	server.Config.ConnContext = Connected
	server.Start()
	t.Cleanup(server.Close)
	for _, method := range []string{http.MethodPost, http.MethodHead} { // to HEAD net/http sends the header alone
		for _, size := range []int{0, 1, 2000, 3800, 4000, bufferedBytes - 1, bufferedBytes, bufferedBytes + 1, 5000, 100_000, 3} {
			request, err := http.NewRequestWithContext(t.Context(), method, fmt.Sprintf("%s?size=%d", server.URL, size), nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || response.ContentLength != int64(size) || method == http.MethodPost && !bytes.Equal(got, answer(size)) {
				t.Fatalf("%s of %d bytes: %d bytes, length %d, %v", method, size, len(got), response.ContentLength, err)
			}
		}
	}
}

// answer is a body whose bytes tell where they stand.
func answer(size int) []byte {
	out := make([]byte, 0, size+8)
	for i := 0; len(out) < size; i++ {
		out = fmt.Appendf(out, "%d ", i)
	}
	return out[:size]
}
