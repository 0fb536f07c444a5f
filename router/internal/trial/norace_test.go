//go:build !race

package trial_test

// defaultCases is how many cases are tried where nobody says.
const defaultCases = 10_000
