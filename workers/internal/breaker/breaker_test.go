package breaker_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/workers/internal/breaker"
)

var (
	errAway   = errors.New("away")
	errAnswer = errors.New("no, thanks")
	errNoTime = errors.New("the caller has no time")
)

// TestBreaker goes through its states, by a clock that nobody waits for.
func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var changes []bool
		var log bytes.Buffer
		b, err := breaker.New(breaker.Config{Failures: 3, Open: time.Minute},
			func(err error) bool { return errors.Is(err, errAway) }, func(err error) bool { return errors.Is(err, errNoTime) },
			func(open bool) { changes = append(changes, open) }, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		call := func(result error) error { return b.Do(func() error { return result }) }
		want := func(err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		wantOpen := func(err error, wait time.Duration) {
			t.Helper()
			var open *breaker.Open
			if !errors.As(err, &open) || open.Wait != wait || b.Wait() != wait {
				t.Errorf("%v, want to wait for %s; Wait is %s", err, wait, b.Wait())
			}
		}
		// An answer, of whatever kind, begins the row anew; a caller without time does not.
		for _, err := range []error{errAway, errAway, errAnswer, errAway, errAway, errNoTime} {
			want(call(err), err)
		}
		if b.Wait() != 0 || len(changes) != 0 {
			t.Fatalf("it is open after two in a row: %v", changes)
		}
		want(call(errAway), errAway)
		wantOpen(call(nil), time.Minute)
		time.Sleep(20 * time.Second)
		wantOpen(call(nil), 40*time.Second)
		time.Sleep(41 * time.Second)
		// One tries, and the others do not wait for it.
		want(b.Do(func() error {
			wantOpen(call(nil), 0)
			return errAway
		}), errAway)
		wantOpen(call(nil), time.Minute)
		time.Sleep(61 * time.Second)
		want(call(errAnswer), errAnswer)
		want(call(errAway), errAway)
		want(call(nil), nil)
		if diff := cmp.Diff([]bool{true, true, false}, changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if away, back := strings.Count(log.String(), "does not answer"), strings.Count(log.String(), "answers again"); away != 1 || back != 1 {
			t.Errorf("it is said %d times that it opens, and %d times that it closes:\n%s", away, back, log.String())
		}
	})
}
