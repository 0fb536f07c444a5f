package federation

import "strings"

// SplitContextValue takes the `field` argument of @fromContext apart, such as
// `$user { id }`: the name of the context and the text behind it, in which
// nothing is changed, because supergraphs repeat it. ParseFieldSet reads that
// text. ok is false if no context is named, or nothing follows the name.
//
// Federation 2.8 §@fromContext.
func SplitContextValue(text string) (context, selection string, ok bool) {
	const ignored = " \t\r\n,\ufeff"
	rest, found := strings.CutPrefix(strings.TrimLeft(text, ignored), "$")
	if !found {
		return "", "", false
	}
	rest = strings.TrimLeft(rest, ignored)
	end := 0
	for end < len(rest) && isName("_"+rest[end:end+1]) && isName(rest[:1]) {
		end++
	}
	return rest[:end], rest[end:], end > 0 && end < len(rest)
}
