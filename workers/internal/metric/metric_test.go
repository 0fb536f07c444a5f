package metric_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/workers/internal/metric"
)

func scrape(t *testing.T, r *metric.Registry) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	r.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	return recorder.Body.String()
}

func TestRegistryWritesTheTextFormat(t *testing.T) {
	t.Parallel()
	r := metric.New()
	done := r.Counter(metric.Instrument{Name: "weft.thing.done", Unit: "{thing}", Description: "Things that are done", Labels: []string{"kind"}})
	took := r.Histogram(metric.Instrument{Name: "weft.thing.duration", Unit: "s", Description: "How long they take"}, []float64{0.1, 1})
	depth := r.Gauge(metric.Instrument{Name: "weft.thing.depth", Unit: "{thing}", Description: "Things that wait", Labels: []string{"database", "queue"}})
	r.Before(func(context.Context) {
		depth.Clear("a")
		depth.Set(3, "a", "new")
	})
	done.Add(1, "b")
	done.Add(2, `a"\`)
	done.Add(1, "b")
	for _, v := range []float64{0.1, 0.5, 7} {
		took.Observe(v)
	}
	depth.Set(1, "a", "old")
	depth.Set(2, "b", "old")
	want := `# HELP weft_thing_done_total Things that are done
# TYPE weft_thing_done_total counter
weft_thing_done_total{kind="a\"\\"} 2
weft_thing_done_total{kind="b"} 2
# HELP weft_thing_duration_seconds How long they take
# TYPE weft_thing_duration_seconds histogram
weft_thing_duration_seconds_bucket{le="0.1"} 1
weft_thing_duration_seconds_bucket{le="1"} 2
weft_thing_duration_seconds_bucket{le="+Inf"} 3
weft_thing_duration_seconds_sum 7.6
weft_thing_duration_seconds_count 3
# HELP weft_thing_depth Things that wait
# TYPE weft_thing_depth gauge
weft_thing_depth{database="a",queue="new"} 3
weft_thing_depth{database="b",queue="old"} 2
`
	if diff := cmp.Diff(want, scrape(t, r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	r := metric.New()
	c := r.Counter(metric.Instrument{Name: "x", Labels: []string{"id"}})
	for i := range 2000 {
		c.Add(1, strconv.Itoa(i))
	}
	if n := strings.Count(scrape(t, r), "\nx_total{"); n != 500 {
		t.Errorf("%d series", n)
	}
}
