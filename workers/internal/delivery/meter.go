package delivery

import (
	"strconv"
	"time"

	"github.com/weftql/weft/workers/internal/metric"
)

// What is told of mails.
var (
	// outcomes counts attempts by how they ended: delivered, refused (for good),
	// deferred (tried again), unknown (not tried again) and snoozed (the server was
	// not asked). The code is the server's answer, "" if it gave none.
	outcomes = metric.Instrument{
		Name: "weft.mail.attempts", Unit: "{attempt}", Description: "Attempts to send a mail", Labels: []string{"template", "outcome", "code"},
	}
	duration = metric.Instrument{
		Name: "weft.mail.duration", Unit: "s", Description: "Time from the first word to the mail server until it has taken the mail",
		Labels: []string{"template"},
	}
	breakerOpen = metric.Instrument{
		Name: "weft.mail.breaker.open", Unit: "{breaker}", Description: "1 while the mail server does not answer and is left alone",
	}
)

// Meter is Metrics that are told to Prometheus.
type Meter struct {
	outcomes metric.Counter
	duration metric.Histogram
	open     metric.Gauge
}

var _ Metrics = (*Meter)(nil)

// NewMeter adds the metrics to a registry.
func NewMeter(registry *metric.Registry) *Meter {
	m := &Meter{
		outcomes: registry.Counter(outcomes),
		duration: registry.Histogram(duration, []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}),
		open:     registry.Gauge(breakerOpen),
	}
	m.open.Set(0)
	return m
}

// Delivered implements Metrics.
func (m *Meter) Delivered(template string, took time.Duration) {
	m.outcomes.Add(1, template, "delivered", "250")
	m.duration.Observe(took.Seconds(), template)
}

// Refused implements Metrics.
func (m *Meter) Refused(template string, code int) {
	m.outcomes.Add(1, template, "refused", answered(code))
}

// Deferred implements Metrics.
func (m *Meter) Deferred(template string, code int) {
	m.outcomes.Add(1, template, "deferred", answered(code))
}

// Unknown implements Metrics.
func (m *Meter) Unknown(template string) { m.outcomes.Add(1, template, "unknown", "") }

// Snoozed implements Metrics.
func (m *Meter) Snoozed(template string) { m.outcomes.Add(1, template, "snoozed", "") }

// BreakerChanged implements Metrics.
func (m *Meter) BreakerChanged(open bool) {
	value := 0.0
	if open {
		value = 1
	}
	m.open.Set(value)
}

// answered is a server's answer as a label.
func answered(code int) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(code)
}
