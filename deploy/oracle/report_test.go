package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/schema/universe"
)

const (
	// longRun is the number of universes from which on everything has to come up.
	longRun = 3000
	// enough is how often.
	enough = 10
)

// report adds up trials.
type report struct {
	catalogue  Catalogue
	totals     map[string]int
	agreements [aspectsCount]agreement
	codes      map[string]int // Apollo's, by universes
	caused     map[string]int // those that a mutation meant
	mutations  []int          // by number: universes in which it raised its code
	hints      map[string]int
	contents   map[string]int
	deviations map[string]int
	different  map[string]int
}

type agreement struct{ compared, equal, meant, unexplained int }

func newReport(c Catalogue) *report {
	return &report{
		catalogue: c, totals: map[string]int{}, codes: map[string]int{}, caused: map[string]int{}, hints: map[string]int{},
		contents: map[string]int{}, deviations: map[string]int{}, different: map[string]int{}, mutations: make([]int, universe.Mutations()),
	}
}

func (r *report) count(one trial) {
	r.totals["universes"]++
	switch {
	case one.slow:
		r.totals["skipped: Apollo needs more than "+patience.String()]++
	case one.unsupported:
		r.totals["skipped: unsupported by us"]++
	case one.composed:
		r.totals["composed by both"]++
	case one.compared[codeSets]:
		r.totals["refused by both"]++
	}
	if one.mutation.Code != "" {
		r.totals["broken by a mutation"]++
	}
	reason := ""
	if one.class != "" {
		if reason = explain(one.verdict); reason == "" {
			r.different[one.class]++
		} else {
			r.deviations[reason]++
		}
	}
	for a := range aspectsCount {
		if !one.compared[a] && !one.differs[a] {
			continue
		}
		sum := &r.agreements[a]
		sum.compared++
		switch {
		case !one.differs[a]:
			sum.equal++
		case reason != "":
			sum.meant++
		default:
			sum.unexplained++
		}
	}
	for _, code := range one.codes {
		r.codes[code]++
		if code == one.mutation.Code && one.mutation.Number >= 0 {
			r.caused[code]++
			r.mutations[one.mutation.Number]++
		}
	}
	for _, code := range one.hints {
		r.hints[code]++
	}
	for name := range one.contents {
		r.contents[name]++
	}
}

// rare lists tasks for the mutations that raised their code too seldom.
func (r *report) rare(seed uint64) (tasks []task) {
	for number, count := range r.mutations {
		if count < enough {
			tasks = append(tasks, task{seed, number})
		}
	}
	return tasks
}

// missing lists what came up less than enough times, with how often it did.
func (r *report) missing() (list []string) {
	note := func(name string, count int) {
		if count < enough {
			list = append(list, fmt.Sprintf("%s (%d)", name, count))
		}
	}
	directives, constructs := required()
	for _, name := range slices.Concat(directives, constructs) {
		note(name, r.contents[name])
	}
	for _, code := range r.catalogue.Codes {
		if unreachable[code] == "" {
			note(code, r.codes[code])
		}
	}
	for _, code := range r.catalogue.Hints {
		if unreachable[code] == "" {
			note(code, r.hints[code])
		}
	}
	return list
}

func (r *report) String() string {
	var b strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	for _, name := range slices.Sorted(maps.Keys(r.totals)) {
		line("%6d %s", r.totals[name], name)
	}
	line("\n%-20s %9s %9s %11s %12s", "agreement on", "compared", "equal", "deviations", "unexplained")
	unexplained := 0
	for a := range aspectsCount {
		s := r.agreements[a]
		line("%-20s %9d %9d %11d %12d", a, s.compared, s.equal, s.meant, s.unexplained)
	}
	for _, count := range r.different {
		unexplained += count
	}
	line("\nunexplained differences: %d", unexplained)
	for _, name := range slices.Sorted(maps.Keys(r.different)) {
		line("%6d %s", r.different[name], name)
	}
	line("\ndeviations, by reason")
	for _, name := range slices.Sorted(maps.Keys(r.deviations)) {
		line("%6d %s", r.deviations[name], name)
	}
	directives, constructs := required()
	line("\nuniverses with each directive")
	r.list(&b, directives, r.contents, nil)
	line("\nuniverses with each kind of type, and other constructs")
	r.list(&b, constructs, r.contents, nil)
	line("\nuniverses with each error of Apollo's, and how many of them by a mutation for it")
	r.list(&b, r.catalogue.Codes, r.codes, r.caused)
	line("\nuniverses with each hint of Apollo's")
	r.list(&b, r.catalogue.Hints, r.hints, nil)
	var never []string
	for number, count := range r.mutations {
		if count == 0 {
			never = append(never, strconv.Itoa(number))
		}
	}
	line("\nmutations of %d that never raised their code: %s", len(r.mutations), strings.Join(never, " "))
	line("\nrequired but under %d: %s", enough, strings.Join(r.missing(), ", "))
	return b.String()
}

func (r *report) list(b *strings.Builder, names []string, counts, parts map[string]int) {
	for _, name := range slices.Sorted(slices.Values(names)) {
		switch reason := unreachable[name]; {
		case reason != "":
			fmt.Fprintf(b, "%6d %s: out of reach: %s\n", counts[name], name, reason)
		case parts != nil:
			fmt.Fprintf(b, "%6d %s (%d)\n", counts[name], name, parts[name])
		default:
			fmt.Fprintf(b, "%6d %s\n", counts[name], name)
		}
	}
}
