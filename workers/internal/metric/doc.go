// Package metric counts and measures, and tells it to Prometheus.
//
//	Counter.Add, Histogram.Observe, Gauge.Replace ─▶ Registry ─ServeHTTP─▶ text format 0.0.4
//
// Metrics have OpenTelemetry's names, with dots and units; Prometheus sees
// "weft.job.duration" in seconds as weft_job_duration_seconds. A metric has at most
// maxSeries combinations of label values: what would be one more is not counted,
// because labels that grow without end are worse than a number that is too low.
package metric
