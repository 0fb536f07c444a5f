//go:build race

package trial_test

// How many cases and seeded bugs are tried where nobody says.
const (
	defaultCases = 300
	defaultBugs  = 0
)
