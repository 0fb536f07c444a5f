package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
)

func TestWorkSaysWhatWasDone(t *testing.T) {
	t.Parallel()
	broken := errors.New("the connection is gone")
	for _, c := range []struct {
		name string
		done map[string]int64
		err  error
		want string
	}{
		{"something", map[string]int64{"b": 2, "a": 1, "c": 0}, nil, "msg=users.purge a=1 b=2\n"},
		{"nothing", map[string]int64{"a": 0}, nil, ""},
		{"a part", map[string]int64{"a": 1}, broken, "msg=users.purge a=1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			worker, err := New[users.PurgeArgs](Config{Timeout: time.Minute}, func(context.Context) (map[string]int64, error) { return c.done, c.err },
				slog.New(slog.NewTextHandler(&log, nil)))
			if err != nil {
				t.Fatal(err)
			}
			err = worker.Work(t.Context(), &river.Job[users.PurgeArgs]{JobRow: &rivertype.JobRow{Kind: "users.purge"}})
			if !errors.Is(err, c.err) || !strings.HasSuffix(log.String(), c.want) || c.want == "" && log.Len() > 0 {
				t.Errorf("%v, and says %q, want %q", err, log.String(), c.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := New[users.PurgeArgs](Config{}, nil, nil); err == nil {
		t.Error("a worker without a task")
	}
}
