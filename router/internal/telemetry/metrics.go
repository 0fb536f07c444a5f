package telemetry

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Instrument describes a metric in OpenTelemetry's terms.
type Instrument struct {
	// Name has dots, as in "weft.auth.revocation.failures".
	Name string
	// Unit is "s", "By", or what is counted in braces, as in "{session}" (UCUM).
	Unit string
	// Description says what it means, in a sentence without an end.
	Description string
}

// Metrics are the router's metrics. The zero value has none. It is safe for
// concurrent use, and serves them in Prometheus' text format (0.0.4), in which
// "weft.auth.revocation.age" in seconds is weft_auth_revocation_age_seconds, and a
// counter's name ends in _total.
type Metrics struct {
	mu          sync.Mutex
	instruments []instrument
}

type instrument struct {
	Instrument
	kind string // "counter" or "gauge"
	read func() float64
}

// Counter is a number that grows. It is safe for concurrent use.
type Counter struct{ value atomic.Int64 }

// Add adds to it.
func (c *Counter) Add(n int64) { c.value.Add(n) }

// Value is what has been added so far.
func (c *Counter) Value() int64 { return c.value.Load() }

// Counter adds a counter, which begins at 0.
func (m *Metrics) Counter(about Instrument) *Counter {
	c := &Counter{}
	m.add(instrument{about, "counter", func() float64 { return float64(c.Value()) }})
	return c
}

// Gauge adds a number that read returns whenever the metrics are asked for.
func (m *Metrics) Gauge(about Instrument, read func() float64) {
	m.add(instrument{about, "gauge", read})
}

func (m *Metrics) add(i instrument) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.instruments = append(m.instruments, i)
}

// ServeHTTP answers with the values of all metrics.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	m.mu.Lock()
	instruments := m.instruments
	m.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	for _, i := range instruments {
		name := i.prometheus()
		_, _ = out.WriteString("# HELP " + name + " " + i.Description + "\n# TYPE " + name + " " + i.kind + "\n")
		_, _ = out.WriteString(name + " " + strconv.FormatFloat(i.read(), 'g', -1, 64) + "\n")
	}
	_ = out.Flush() // who asked may have gone
}

// prometheus is the metric's name there.
func (i *instrument) prometheus() string {
	name := strings.ReplaceAll(i.Name, ".", "_")
	switch i.Unit {
	case "s":
		name += "_seconds"
	case "By":
		name += "_bytes"
	}
	if i.kind == "counter" {
		name += "_total"
	}
	return name
}
