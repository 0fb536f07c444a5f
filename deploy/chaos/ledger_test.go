package chaos

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// disturbance is something that was done to a sender of mail, or to what it needs.
type disturbance struct {
	what     string
	from, to time.Time
}

// aftermath is how long after a mail was taken its sender may need to write that
// down: a disturbance within that time makes it send the mail again.
const aftermath = 3 * time.Second

// account is the ledger's page of a kind of mail.
type page struct {
	kind string
	// atMostOnce mails are rather lost than sent twice.
	atMostOnce bool
	// tried counts what producers began; rolledBack what of it is not in the
	// database, answered what their clients were told was done.
	tried, rolledBack, answered int
	// due are the mails that what is in the databases asks for, by a name that says
	// what for and to whom.
	due map[string]bool
	// allowed may come or not: a reminder that was moved away at the last moment.
	allowed map[string]bool
	// unknown are those of due of which the database says that nobody knows.
	unknown map[string]bool
	// came are the mails that came, by the same names.
	came map[string][]taken
}

func newPage(kind string) *page {
	return &page{kind: kind, due: map[string]bool{}, allowed: map[string]bool{}, unknown: map[string]bool{}, came: map[string][]taken{}}
}

// lost names what was due and did not come.
func (p *page) lost() (names []string) {
	for name := range p.due {
		if len(p.came[name]) == 0 && !p.unknown[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// undue names what came and nothing in the databases asks for.
func (p *page) undue() (names []string) {
	for name := range p.came {
		if !p.due[name] && !p.allowed[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// duplicates are the mails that came again, by why; without a reason they are
// "unexplained".
func (p *page) duplicates(disturbances []disturbance) map[string]int {
	reasons := map[string]int{}
	for _, copies := range p.came {
		for i, copied := range copies[1:] {
			reasons[reason(copies[i], copied, disturbances)]++
		}
	}
	return reasons
}

// reason tells why a mail was sent again.
func reason(first, again taken, disturbances []disturbance) string {
	if first.Unanswered {
		return "no answer"
	}
	for _, d := range disturbances {
		if d.from.Before(first.At.Add(aftermath)) && d.to.After(first.At) && d.from.Before(again.At) {
			return d.what
		}
	}
	return "unexplained"
}

// ledger is the whole of it.
type ledger struct {
	pages        []*page
	disturbances []disturbance
	faults       map[string]int
	unsent       int64
	unanswered   int64
	refused      int // of accounts whose address is refused, by the database
}

// print writes the ledger.
func (l ledger) print(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tkind\ttried\tanswered\trolled back\tcommitted mails\tdelivered\tunknown\tlost\tundue\tduplicated\t")
	for _, p := range l.pages {
		delivered, again := 0, 0
		for name, copies := range p.came {
			if p.due[name] || p.allowed[name] {
				delivered++
			}
			again += len(copies) - 1
		}
		fmt.Fprintf(table, "\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d%s\t\n", p.kind, p.tried, p.answered, p.rolledBack,
			len(p.due), delivered, len(p.unknown), len(p.lost()), len(p.undue()), again, reasons(p.duplicates(l.disturbances)))
	}
	_ = table.Flush() // to a buffer
	counts := map[string]int{}
	for _, d := range l.disturbances {
		counts[d.what]++
	}
	fmt.Fprintf(out, "disturbances: %s; commits that never arrived: %d, whose answer was lost: %d\n", list(counts), l.unsent, l.unanswered)
	fmt.Fprintf(out, "the post office: %s; refused for good: %d\n", list(l.faults), l.refused)
}

// reasons are in brackets, if there are any.
func reasons(counts map[string]int) string {
	if len(counts) == 0 {
		return ""
	}
	return " (" + list(counts) + ")"
}

// list writes counts in one line.
func list(counts map[string]int) string {
	parts := make([]string, 0, len(counts))
	for what, n := range counts {
		parts = append(parts, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
