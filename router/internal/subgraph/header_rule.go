package subgraph

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// reservation is names of headers that no rule touches, as prefixes that end in
// "-" or whole names, in lower case.
type reservation []string

// hopByHop are about one connection (RFC 9110 §7.6.1), with those that old
// clients send.
var hopByHop = reservation{
	"connection", "keep-alive", "proxy-", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
}

// reservedInRequests are besides those that say what is sent and wanted.
var reservedInRequests = append(slices.Clone(hopByHop),
	"host", "content-length", "content-type", "content-encoding", "accept", "accept-encoding", "expect", "range", "weft-")

// reservedInResponses are besides those that say what is sent, those about caches
// (which no rule can merge rightly), and those that the router answers for.
var reservedInResponses = append(slices.Clone(hopByHop),
	"content-length", "content-type", "content-encoding", "content-range", "accept-ranges", "date", "alt-svc",
	"cache-control", "expires", "age", "etag", "last-modified", "vary",
	"access-control-", "x-content-type-options", "x-request-id", "weft-")

func (r reservation) has(name string) bool {
	return slices.ContainsFunc(r, func(reserved string) bool {
		if len(name) > len(reserved) && !strings.HasSuffix(reserved, "-") || len(name) < len(reserved) {
			return false
		}
		return strings.EqualFold(name[:len(reserved)], reserved)
	})
}

// tracing are headers that differ on every request although nothing of the answer
// does: requests may share one in spite of them.
var tracing = reservation{
	"traceparent", "tracestate", "b3", "x-b3-", "uber-trace-id", "x-datadog-", "x-cloud-trace-context", "x-amzn-trace-id",
	"grpc-trace-bin", "x-ot-span-context", "x-request-id",
}

// cookie is the one header whose values cannot be joined (RFC 6265 §3).
const cookie = "Set-Cookie"

// headerRule is a HeaderRule as it is followed.
type headerRule struct {
	kind      ruleKind
	name      string         // canonical; that of Insert too
	pattern   *regexp.Regexp // in place of name
	target    string         // canonical
	value     string         // that of Insert, or the default
	algorithm string
}

type ruleKind int

const (
	propagating ruleKind = iota
	inserting
	removing
)

// compileHeaders returns rules that can be followed; they have been validated.
func compileHeaders(lists ...[]HeaderRule) []headerRule {
	var out []headerRule
	for _, rule := range slices.Concat(lists...) {
		var r headerRule
		switch {
		case rule.Propagate != nil:
			p := rule.Propagate
			r = headerRule{kind: propagating, name: p.Named, target: p.Named, value: p.Default, algorithm: p.Algorithm}
			if p.Rename != "" {
				r.target = p.Rename
			}
			if p.Matching != "" {
				r.pattern = regexp.MustCompile(p.Matching)
			}
		case rule.Insert != nil:
			r = headerRule{kind: inserting, name: rule.Insert.Name, value: rule.Insert.Value}
		default:
			r = headerRule{kind: removing, name: rule.Remove.Named}
			if rule.Remove.Matching != "" {
				r.pattern = regexp.MustCompile(rule.Remove.Matching)
			}
		}
		r.name, r.target = http.CanonicalHeaderKey(r.name), http.CanonicalHeaderKey(r.target)
		out = append(out, r)
	}
	return out
}

// matches tells whether a rule is about a header.
func (r *headerRule) matches(name string) bool {
	if r.pattern != nil {
		return r.pattern.MatchString(strings.ToLower(name))
	}
	return r.name == name
}

// field is one line of a header.
type field struct {
	name, value string
	algorithm   string
	traced      bool // among those of tracing, by whatever name it came
}

// follow builds the headers that rules make of others, in the rules' order; the
// order is the same for the same headers.
func follow(rules []headerRule, source http.Header, reserved reservation) []field {
	var out []field
	has := func(name string) bool { return slices.ContainsFunc(out, func(f field) bool { return f.name == name }) }
	for i := range rules {
		rule := &rules[i]
		switch rule.kind {
		case inserting:
			out = slices.DeleteFunc(out, func(f field) bool { return f.name == rule.name })
			out = append(out, field{name: rule.name, value: rule.value})
		case removing:
			out = slices.DeleteFunc(out, func(f field) bool { return rule.matches(f.name) })
		case propagating:
			if rule.pattern == nil {
				if !has(rule.target) {
					out = rule.propagate(out, source, rule.name, rule.target)
				}
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(source)) {
				// A cookie is for one caller: who wants it propagated names it.
				if rule.matches(name) && !reserved.has(name) && name != cookie && !has(name) {
					out = rule.propagate(out, source, name, name)
				}
			}
		}
	}
	return out
}

// propagate adds the values of a header.
func (r *headerRule) propagate(out []field, source http.Header, name, target string) []field {
	traced := tracing.has(name) && tracing.has(target)
	values := source[name]
	if len(values) == 0 && r.value != "" {
		values = []string{r.value}
	}
	for _, value := range values {
		if isToken(target) && isFieldValue(value) {
			out = append(out, field{target, value, r.algorithm, traced})
		}
	}
	return out
}
