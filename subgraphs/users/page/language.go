package page

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/weftql/weft/subgraphs/users"
)

// preferred returns which of the languages that there are pages in a browser likes
// best (RFC 9110 §12.5.4), English if it likes none.
func preferred(r *http.Request) string {
	best, most := users.LocaleEnglish, 0.0
	for entry := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(entry), ";")
		locale, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if locale == "iw" { // what Hebrew was called once, and is by some still
			locale = users.LocaleHebrew
		}
		if locale != users.LocaleEnglish && locale != users.LocaleHebrew {
			continue
		}
		weight := 1.0
		if text, given := strings.CutPrefix(strings.TrimSpace(parameters), "q="); given {
			weight, _ = strconv.ParseFloat(text, 64) // what is no number weighs nothing
		}
		if weight > most {
			best, most = locale, weight
		}
	}
	return best
}
