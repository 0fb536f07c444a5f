package env

import (
	"regexp"
	"strings"
)

// longName is from how many characters on a name with two mistakes is still meant to
// be another one; shorter ones have one.
const longName = 12

// ofService are the variables that Kubernetes makes for the services beside a
// program: REDIS_PORT is not meant to be anything of ours.
var ofService = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_|$)|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_|$)|$)`)

// misspelt returns the known variable that an unknown one, of which nobody can tell
// whose it is, was meant to be; "" if it is not close to any. Letter case is no
// difference between names that anybody would choose.
func misspelt(unknown string, known []string) string {
	if ofService.MatchString(unknown) {
		return ""
	}
	most := 1
	if len(unknown) >= longName {
		most = 2
	}
	best, distance := "", most+1
	for _, name := range known {
		if d := len(name) - len(unknown); d > most || d < -most {
			continue
		}
		if d := edits(strings.ToUpper(unknown), name); d < distance {
			best, distance = name, d
		}
	}
	return best
}
