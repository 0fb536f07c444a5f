package delivery_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/metric"
)

func TestMeterTellsPrometheus(t *testing.T) {
	t.Parallel()
	registry := metric.New()
	m := delivery.NewMeter(registry)
	scrape := func() string {
		recorder := httptest.NewRecorder()
		registry.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
		return recorder.Body.String()
	}
	if text := scrape(); !strings.Contains(text, "weft_mail_breaker_open 0\n") {
		t.Errorf("the breaker is missing in:\n%s", text)
	}
	m.Delivered("welcome", 3*time.Millisecond)
	m.Delivered("welcome", 30*time.Millisecond)
	m.Refused("digest", 550)
	m.Deferred("digest", 0)
	m.Deferred("digest", 451)
	m.Unknown("digest")
	m.Snoozed("welcome")
	m.BreakerChanged(true)
	text := scrape()
	for _, want := range []string{
		`weft_mail_attempts_total{template="welcome",outcome="delivered",code="250"} 2`,
		`weft_mail_attempts_total{template="digest",outcome="refused",code="550"} 1`,
		`weft_mail_attempts_total{template="digest",outcome="deferred",code=""} 1`,
		`weft_mail_attempts_total{template="digest",outcome="deferred",code="451"} 1`,
		`weft_mail_attempts_total{template="digest",outcome="unknown",code=""} 1`,
		`weft_mail_attempts_total{template="welcome",outcome="snoozed",code=""} 1`,
		`weft_mail_duration_seconds_count{template="welcome"} 2`,
		"weft_mail_breaker_open 1",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing in:\n%s", want, text)
		}
	}
	m.BreakerChanged(false)
	if !strings.Contains(scrape(), "weft_mail_breaker_open 0\n") {
		t.Error("the breaker stays open")
	}
}
