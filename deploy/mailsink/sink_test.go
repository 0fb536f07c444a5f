package mailsink_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/deploy/mailsink"
)

const welcome = "From: Weft <no-reply@example.org>\r\n" +
	"To: Ada <ada@example.org>\r\n" +
	"Subject: =?utf-8?q?Welcome=2C_=C3=81da!?=\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Hello =C3=81da, see http://127.0.0.1:4004/verify?token=3Dabc.\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
	"PHA+SGVsbG8gPHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjwvcD4=\r\n" +
	"--b--\r\n"

func TestMailIsReceivedAndServed(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{})
	send(t, sink, "no-reply@example.org", []string{"ada@example.org"}, welcome)

	list := getList(t, sink, "to=Ada@example.org&wait=10s")
	if len(list) != 1 {
		t.Fatalf("got %d messages, want 1", len(list))
	}
	var got mailsink.Message
	get(t, sink, "/api/messages/"+list[0].ID, http.StatusOK, &got)
	if diff := cmp.Diff([]string{"no-reply@example.org", "ada@example.org", "Welcome, Áda!"}, []string{got.From, strings.Join(got.To, ","), got.Subject}); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if want := "Hello Áda, see http://127.0.0.1:4004/verify?token=abc."; got.Text != want {
		t.Errorf("text %q, want %q", got.Text, want)
	}
	if want := "<p>Hello <script>alert(1)</script></p>"; got.HTML != want {
		t.Errorf("html %q, want %q", got.HTML, want)
	}
	if got.Raw != welcome || got.Size != len(welcome) || got.Problem != "" {
		t.Errorf("raw %q (%d bytes), problem %q", got.Raw, got.Size, got.Problem)
	}
	if list := getList(t, sink, "to=bob@example.org"); len(list) != 0 {
		t.Errorf("mail for ada is listed for bob: %v", list)
	}
}

func TestPageEscapesMail(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{})
	send(t, sink, "a@example.org", []string{"b@example.org"}, strings.Replace(welcome, "Subject: ", "Subject: <script>x</script> ", 1))
	list := getList(t, sink, "wait=10s")
	for _, path := range []string{"/", "/messages/" + list[0].ID} {
		header, body := get(t, sink, path, http.StatusOK, nil)
		if strings.Contains(body, "<script>") {
			t.Errorf("%s contains a script of the mail's", path)
		}
		if !strings.Contains(body, "&lt;script&gt;") {
			t.Errorf("%s does not show the subject:\n%s", path, body)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") {
			t.Errorf("%s: Content-Security-Policy is %q", path, policy)
		}
	}
	_, body := get(t, sink, "/messages/"+list[0].ID, http.StatusOK, nil)
	if want := `<a href="http://127.0.0.1:4004/verify?token=abc" rel="noreferrer">http://127.0.0.1:4004/verify?token=abc</a>.`; !strings.Contains(body, want) {
		t.Errorf("the address in the text is no link, want %s in:\n%s", want, body)
	}
}

func TestMalformedMailIsShownWithItsProblem(t *testing.T) {
	t.Parallel()
	deep := "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
	nested := deep
	for range 12 {
		nested += "--x\r\n" + deep
	}
	for name, raw := range map[string]string{
		"no header":         "just text\r\n",
		"bad content type":  "Subject: s\r\nContent-Type: ;;;\r\n\r\nx\r\n",
		"bad base64":        "Subject: s\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
		"parts missing":     "Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nnone\r\n",
		"parts within part": nested,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := start(t, mailsink.Config{})
			send(t, sink, "a@example.org", []string{"b@example.org"}, raw)
			list := getList(t, sink, "wait=10s")
			if len(list) != 1 {
				t.Fatalf("got %d messages, want 1", len(list))
			}
			var got mailsink.Message
			get(t, sink, "/api/messages/"+list[0].ID, http.StatusOK, &got)
			if got.Problem == "" || got.Raw != raw {
				t.Errorf("problem %q, raw %q", got.Problem, got.Raw)
			}
		})
	}
}

func TestSinkIsBounded(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{MaxMessages: 2, MaxMessageBytes: 1000})
	for i := range 3 {
		send(t, sink, "a@example.org", []string{"b@example.org"}, fmt.Sprintf("Subject: %d\r\n\r\nx\r\n", i))
	}
	var subjects []string
	for _, m := range getList(t, sink, "") {
		subjects = append(subjects, m.Subject)
	}
	if diff := cmp.Diff([]string{"2", "1"}, subjects); diff != "" {
		t.Errorf("newest first, the oldest dropped (-want +got):\n%s", diff)
	}
	err := smtp.SendMail(sink.SMTPAddress(), nil, "a@example.org", []string{"b@example.org"}, []byte("Subject: large\r\n\r\n"+strings.Repeat("x\r\n", 1000)))
	if err == nil || !strings.HasPrefix(err.Error(), "552") {
		t.Errorf("a message over the limit: err = %v, want 552", err)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{})
	for range 3 {
		send(t, sink, "a@example.org", []string{"b@example.org"}, "Subject: s\r\n\r\nx\r\n")
	}
	list := getList(t, sink, "")
	request(t, http.MethodDelete, sink, "/api/messages/"+list[0].ID, nil, http.StatusNoContent)
	request(t, http.MethodDelete, sink, "/api/messages/"+list[0].ID, nil, http.StatusNotFound)
	if left := getList(t, sink, ""); len(left) != 2 {
		t.Errorf("%d left, want 2", len(left))
	}
	request(t, http.MethodPost, sink, "/messages/"+list[1].ID+"/delete", nil, http.StatusSeeOther)
	if left := getList(t, sink, ""); len(left) != 1 {
		t.Errorf("%d left, want 1", len(left))
	}
	request(t, http.MethodDelete, sink, "/api/messages", nil, http.StatusNoContent)
	if left := getList(t, sink, ""); len(left) != 0 {
		t.Errorf("%d left, want none", len(left))
	}
}

func TestWebRefuses(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{})
	get(t, sink, "/api/messages/7", http.StatusNotFound, nil)
	get(t, sink, "/messages/7", http.StatusNotFound, nil)
	get(t, sink, "/elsewhere", http.StatusNotFound, nil)
	for _, wait := range []string{"x", "-1s", "31s"} {
		if _, body := get(t, sink, "/api/messages?wait="+wait, http.StatusBadRequest, nil); !strings.Contains(body, `wait=`) {
			t.Errorf("wait=%s: %s", wait, body)
		}
	}
	t.Run("another site's form", func(t *testing.T) {
		t.Parallel()
		request(t, http.MethodPost, sink, "/delete", http.Header{"Origin": {"http://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden)
	})
	t.Run("another host's name", func(t *testing.T) {
		t.Parallel()
		request(t, http.MethodGet, sink, "/api/messages", http.Header{"Host": {"evil.example:8025"}}, http.StatusForbidden)
	})
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	t.Run("without mail, with none", func(t *testing.T) {
		t.Parallel()
		sink := start(t, mailsink.Config{})
		if list := getList(t, sink, "wait=10ms"); len(list) != 0 {
			t.Errorf("got %v", list)
		}
	})
	t.Run("when mail arrives later", func(t *testing.T) {
		t.Parallel()
		sink := start(t, mailsink.Config{})
		result := make(chan error, 1)
		go func() {
			response, err := http.Get("http://" + sink.WebAddress() + "/api/messages?to=b@example.org&wait=30s")
			if err == nil {
				var body []byte
				body, err = io.ReadAll(response.Body)
				response.Body.Close()
				if err == nil && !strings.Contains(string(body), `"later"`) {
					err = fmt.Errorf("answer %s", body)
				}
			}
			result <- err
		}()
		send(t, sink, "a@example.org", []string{"c@example.org"}, "Subject: other\r\n\r\nx\r\n")
		send(t, sink, "a@example.org", []string{"b@example.org"}, "Subject: later\r\n\r\nx\r\n")
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
	t.Run("when the sink is closed", func(t *testing.T) {
		t.Parallel()
		sink := start(t, mailsink.Config{})
		conn, err := net.Dial("tcp", sink.WebAddress())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /api/messages?wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
		if _, err := io.Copy(io.Discard, conn); err == nil && time.Since(began) > 20*time.Second {
			t.Error("the waiting request outlived the sink")
		}
	})
}

func TestStartReportsAPortInUse(t *testing.T) {
	t.Parallel()
	sink := start(t, mailsink.Config{})
	if second, err := mailsink.Start(mailsink.Config{SMTPAddress: sink.SMTPAddress(), WebAddress: "127.0.0.1:0"}); err == nil {
		second.Close()
		t.Error("two sinks on one port")
	} else if !strings.Contains(err.Error(), sink.SMTPAddress()) {
		t.Errorf("err = %v, want one that names %s", err, sink.SMTPAddress())
	}
}

func start(t *testing.T, cfg mailsink.Config) *mailsink.Sink {
	t.Helper()
	cfg.SMTPAddress, cfg.WebAddress = "127.0.0.1:0", "127.0.0.1:0"
	sink, err := mailsink.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	return sink
}

func send(t *testing.T, sink *mailsink.Sink, from string, to []string, raw string) {
	t.Helper()
	if err := smtp.SendMail(sink.SMTPAddress(), nil, from, to, []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

func getList(t *testing.T, sink *mailsink.Sink, query string) []mailsink.Summary {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Messages []mailsink.Summary }
	get(t, sink, "/api/messages?"+values.Encode(), http.StatusOK, &list)
	return list.Messages
}

// get requests a path, checks the status and decodes the answer into into,
// unless that is nil.
func get(t *testing.T, sink *mailsink.Sink, path string, status int, into any) (http.Header, string) {
	t.Helper()
	header, body := request(t, http.MethodGet, sink, path, nil, status)
	if into != nil {
		if err := json.Unmarshal([]byte(body), into); err != nil {
			t.Fatalf("%s: %v: %s", path, err, body)
		}
	}
	return header, body
}

func request(t *testing.T, method string, sink *mailsink.Sink, path string, header http.Header, status int) (http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+sink.WebAddress()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Host = header.Get("Host")
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, body)
	}
	return response.Header, string(body)
}
