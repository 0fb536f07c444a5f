package playground

import (
	"strconv"
	"strings"
)

// accepts reports whether a list header (RFC 9110 §12.4.2 and §13.1.2) names
// value without the weight zero. The wildcard, if any, stands for a value that
// the header does not name itself. A request without the header accepts nothing:
// what we would send is optional then.
func accepts(headers []string, value, wildcard string) bool {
	byWildcard := false
	for _, header := range headers {
		for item := range strings.SplitSeq(header, ",") {
			name, parameters, _ := strings.Cut(item, ";")
			name = strings.TrimSpace(name)
			switch {
			case strings.EqualFold(name, value):
				return weight(parameters) > 0
			case wildcard != "" && name == wildcard:
				byWildcard = weight(parameters) > 0
			}
		}
	}
	return byWildcard
}

// weight returns the parameter q, which is 1 when absent (RFC 9110 §12.4.2), and
// 0 when it is malformed.
func weight(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, text, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				return 0
			}
			return q
		}
	}
	return 1
}
