package attempt_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/metric"
)

// BenchmarkWatch is what an attempt costs beside the job itself.
func BenchmarkWatch(b *testing.B) {
	watch := attempt.New(attempt.Durations(metric.New()), slog.New(slog.DiscardHandler))
	job := &rivertype.JobRow{ID: 1, Kind: "test.none", Attempt: 1, MaxAttempts: 8, Metadata: []byte(`{"request_id": "01J00000000000000000000000"}`)}
	work := func(ctx context.Context) error {
		attempt.Reached(ctx)
		return nil
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := watch.Work(b.Context(), job, work); err != nil {
			b.Fatal(err)
		}
	}
}
