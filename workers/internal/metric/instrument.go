package metric

import (
	"slices"
	"sort"
)

// Counter is a number that grows, for each combination of label values. It is safe
// for concurrent use.
type Counter struct{ family *family }

// Counter adds a counter to the registry.
func (r *Registry) Counter(about Instrument) Counter {
	return Counter{r.add(about, "counter", nil)}
}

// Add adds n to the series with the label values.
func (c Counter) Add(n float64, labels ...string) {
	c.family.mu.Lock()
	defer c.family.mu.Unlock()
	if s := c.family.at(labels); s != nil {
		s.value += n
	}
}

// Histogram counts observations by size. It is safe for concurrent use.
type Histogram struct{ family *family }

// Histogram adds a histogram with the given upper bounds of its buckets, in
// ascending order.
func (r *Registry) Histogram(about Instrument, buckets []float64) Histogram {
	return Histogram{r.add(about, "histogram", slices.Clone(buckets))}
}

// Observe adds an observation to the series with the label values.
func (h Histogram) Observe(v float64, labels ...string) {
	h.family.mu.Lock()
	defer h.family.mu.Unlock()
	if s := h.family.at(labels); s != nil {
		s.value += v
		s.counts[sort.SearchFloat64s(h.family.buckets, v)]++
	}
}

// Gauge is a number that comes and goes. It is safe for concurrent use.
type Gauge struct{ family *family }

// Gauge adds a gauge to the registry.
func (r *Registry) Gauge(about Instrument) Gauge {
	return Gauge{r.add(about, "gauge", nil)}
}

// Set sets the series with the label values.
func (g Gauge) Set(v float64, labels ...string) {
	g.family.mu.Lock()
	defer g.family.mu.Unlock()
	if s := g.family.at(labels); s != nil {
		s.value = v
	}
}

// Clear forgets the series whose first labels have the given values: all of them
// without any.
func (g Gauge) Clear(first ...string) {
	g.family.mu.Lock()
	defer g.family.mu.Unlock()
	for key, s := range g.family.series {
		if slices.Equal(s.labels[:len(first)], first) {
			delete(g.family.series, key)
		}
	}
}
