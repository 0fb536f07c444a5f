package router

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/router/internal/auth"
)

// OverrideConfig says which labels of progressive overrides requests set
// (Federation 2.7 §@override(label:)). The zero value sets none: each field that
// moves stays where it is. Labels of the form "percent(n)" need no configuration:
// n of 100 requests set them.
type OverrideConfig struct {
	// Labels are set for every request where they are true.
	Labels map[string]bool `yaml:"labels"`
	// Claim is the name of an access token's claim that lists labels: an array of
	// strings, or a string with spaces. Defaults to none.
	Claim string `yaml:"claim"`
	// Header is about labels that callers ask for.
	Header OverrideHeaderConfig `yaml:"header"`
}

// OverrideHeaderConfig says whose requests may set labels by a header. The zero
// value lets nobody.
type OverrideHeaderConfig struct {
	// Name is the header's name; its value is labels with commas between them.
	// Defaults to Override-Labels.
	Name string `yaml:"name"`
	// Scopes are what a caller's access token needs, all of them. Defaults to
	// nobody being allowed.
	Scopes []string `yaml:"scopes"`
	// Anyone lets every caller, also without a token. Defaults to false.
	Anyone bool `yaml:"anyone"`
}

// allows tells whether the header of a caller's request counts.
func (c OverrideHeaderConfig) allows(caller auth.Caller) bool {
	return c.Anyone || len(c.Scopes) > 0 && !slices.ContainsFunc(c.Scopes, func(s string) bool { return !caller.Claims.HasScope(s) })
}

func (c Config) validateOverride() *FieldError {
	at := func(message string, field ...string) *FieldError {
		return fieldError(message, append([]string{"progressive_override"}, field...)...)
	}
	header := c.ProgressiveOverride.Header
	for _, label := range slices.Sorted(maps.Keys(c.ProgressiveOverride.Labels)) {
		if _, isPercent := percentage(label); isPercent {
			return at("requests set it by chance, as the label says: change the label", "labels", label)
		}
	}
	switch {
	case c.ProgressiveOverride.Claim != "" && c.Authentication.Router.JWT == nil:
		return at("tokens are not checked without authentication.router.jwt", "claim")
	case len(header.Scopes) > 0 && c.Authentication.Router.JWT == nil:
		return at("tokens are not checked without authentication.router.jwt", "header", "scopes")
	case len(header.Scopes) > 0 && header.Anyone:
		return at("scopes are no condition if anyone may send the header", "header", "scopes")
	case strings.ContainsAny(header.Name, " \t:,"):
		return at(fmt.Sprintf("%q is no name of a header", header.Name), "header", "name")
	case strings.HasPrefix(http.CanonicalHeaderKey(header.Name), "Weft-"):
		return at(fmt.Sprintf("%s: clients cannot send headers that begin with Weft-", header.Name), "header", "name")
	}
	return nil
}

// overrides decides which labels of one supergraph a request sets. It is
// immutable.
type overrides struct {
	labels []string // all of the supergraph's, sorted
	always []bool   // by label
	// percent is the share of requests that set a label, by label; negative for a
	// name.
	percent []float64
}

func newOverrides(labels []string, config OverrideConfig, log *slog.Logger) overrides {
	o := overrides{labels: labels, always: make([]bool, len(labels)), percent: make([]float64, len(labels))}
	for i, label := range labels {
		o.always[i] = config.Labels[label]
		share, isPercent := percentage(label)
		if o.percent[i] = share; !isPercent {
			o.percent[i] = -1
		}
	}
	for _, label := range slices.Sorted(maps.Keys(config.Labels)) {
		if _, known := slices.BinarySearch(labels, label); config.Labels[label] && !known {
			log.Warn("progressive_override.labels: no field of the supergraph has the label", "label", label)
		}
	}
	return o
}

// percentage reads a label of the form "percent(n)", n from 0 to 100.
func percentage(label string) (share float64, ok bool) {
	text, isPercent := strings.CutPrefix(label, "percent(")
	text, closed := strings.CutSuffix(text, ")")
	share, err := strconv.ParseFloat(text, 64)
	return share, isPercent && closed && err == nil && share >= 0 && share <= 100
}

// choice is what decides about the labels of one request.
type choice struct {
	// claimed are the labels that the caller's token names, header those that the
	// request does, if it may.
	claimed []string
	header  string
	// draw is a random number from 0 to 100, 100 excluded. All labels of the form
	// "percent(n)" are compared with the same one: who is among 5 percent is also
	// among 50, so that k such labels make k+1 plans of an operation, not 2^k.
	draw float64
}

// choice reads what a request says about labels.
func (r *Router) choice(request *http.Request, caller auth.Caller) choice {
	config := &r.config.ProgressiveOverride
	c := choice{draw: r.draw()}
	if config.Claim != "" {
		c.claimed = caller.Lists[config.Claim]
	}
	if config.Header.allows(caller) {
		c.header = request.Header.Get(config.Header.Name)
	}
	return c
}

// maxLabels is the number of a header's labels that are looked at.
const maxLabels = 100

// names tells whether the request asks for a label.
func (c *choice) names(label string) bool {
	if slices.Contains(c.claimed, label) {
		return true
	}
	rest, more := c.header, c.header != ""
	for n := 0; more && n < maxLabels; n++ {
		var word string
		word, rest, more = strings.Cut(rest, ",")
		if strings.TrimSpace(word) == label {
			return true
		}
	}
	return false
}

// sets tells whether a request sets the label of an index.
func (o *overrides) sets(label int, c *choice) bool {
	return o.always[label] || c.draw < o.percent[label] || c.names(o.labels[label])
}
