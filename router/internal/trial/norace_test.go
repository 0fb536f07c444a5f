//go:build !race

package trial_test

// How many cases and seeded bugs are tried where nobody says.
const (
	defaultCases = 10_000
	defaultBugs  = 2
)
