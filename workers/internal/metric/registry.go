package metric

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxSeries bounds the combinations of label values of one metric.
const maxSeries = 500

// Instrument describes a metric in OpenTelemetry's terms.
type Instrument struct {
	// Name has dots, as in "weft.job.duration".
	Name string
	// Unit is "s", or what is counted in braces, as in "{job}" (UCUM).
	Unit string
	// Description says what it means, in a sentence without an end.
	Description string
	// Labels are the names of the labels; values come in their order.
	Labels []string
}

// Registry holds metrics. It is safe for concurrent use.
type Registry struct {
	mu       sync.Mutex
	families []*family
	before   []func(ctx context.Context)
}

// New returns a Registry without metrics.
func New() *Registry { return &Registry{} }

// Before has refresh called before each time that the metrics are told.
func (r *Registry) Before(refresh func(ctx context.Context)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = append(r.before, refresh)
}

func (r *Registry) add(about Instrument, kind string, buckets []float64) *family {
	f := &family{about: about, kind: kind, buckets: buckets, series: map[string]*series{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.families = append(r.families, f)
	return f
}

// ServeHTTP answers with the values of all metrics.
func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	families, before := slices.Clone(r.families), slices.Clone(r.before)
	r.mu.Unlock()
	for _, refresh := range before {
		refresh(request.Context())
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	for _, f := range families {
		f.write(out)
	}
	_ = out.Flush() // who asked may have gone
}

// family is one metric with all its series.
type family struct {
	about   Instrument
	kind    string // "counter", "gauge" or "histogram"
	buckets []float64

	mu     sync.Mutex
	series map[string]*series
}

// series is one metric with certain label values.
type series struct {
	labels []string
	value  float64  // of a histogram, the sum
	counts []uint64 // of a histogram, by bucket; the last one is beyond all
}

// at returns the series with the label values, nil if there are too many. The
// caller holds the lock.
func (f *family) at(labels []string) *series {
	if len(labels) != len(f.about.Labels) {
		panic("metric " + f.about.Name + " has the labels " + strings.Join(f.about.Labels, ", "))
	}
	key := strings.Join(labels, "\xff")
	s, known := f.series[key]
	if !known && len(f.series) < maxSeries {
		s = &series{labels: slices.Clone(labels)}
		if f.kind == "histogram" {
			s.counts = make([]uint64, len(f.buckets)+1)
		}
		f.series[key] = s
	}
	return s
}

// write writes the family in the text format, in the order of the labels.
func (f *family) write(out *bufio.Writer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := f.about.prometheus(f.kind)
	_, _ = out.WriteString("# HELP " + name + " " + f.about.Description + "\n# TYPE " + name + " " + f.kind + "\n")
	keys := make([]string, 0, len(f.series))
	for key := range f.series {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		s := f.series[key]
		if f.kind != "histogram" {
			_, _ = out.WriteString(name + f.labels(s.labels, "") + " " + number(s.value) + "\n")
			continue
		}
		total := uint64(0)
		for i, count := range s.counts {
			total += count
			bound := "+Inf"
			if i < len(f.buckets) {
				bound = number(f.buckets[i])
			}
			_, _ = out.WriteString(name + "_bucket" + f.labels(s.labels, bound) + " " + strconv.FormatUint(total, 10) + "\n")
		}
		_, _ = out.WriteString(name + "_sum" + f.labels(s.labels, "") + " " + number(s.value) + "\n")
		_, _ = out.WriteString(name + "_count" + f.labels(s.labels, "") + " " + strconv.FormatUint(total, 10) + "\n")
	}
}

// labels writes label values in braces, with the bound of a bucket if there is one.
func (f *family) labels(values []string, bound string) string {
	var pairs []string
	for i, value := range values {
		pairs = append(pairs, f.about.Labels[i]+`="`+escape.Replace(value)+`"`)
	}
	if bound != "" {
		pairs = append(pairs, `le="`+bound+`"`)
	}
	if len(pairs) == 0 {
		return ""
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// escape writes a label's value as the text format wants it.
var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// prometheus is the metric's name there.
func (i Instrument) prometheus(kind string) string {
	name := strings.ReplaceAll(i.Name, ".", "_")
	if i.Unit == "s" {
		name += "_seconds"
	}
	if kind == "counter" {
		name += "_total"
	}
	return name
}
