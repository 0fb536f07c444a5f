package load

import (
	"os"
	"slices"
	"strings"
)

// Median of a figure of all rounds; 0 of none.
func Median[R any](rounds []R, of func(R) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	return middle(values)
}

// Ratio of a figure of two servers: the median of the rounds' ratios, so that who
// else used the machine in a round counts little.
func Ratio[R any](rounds, others []R, of func(R) float64) float64 {
	values := make([]float64, min(len(rounds), len(others)))
	for i := range values {
		values[i] = of(rounds[i]) / of(others[i])
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	if n := len(values); n%2 == 1 {
		return values[n/2]
	} else if n > 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return 0
}

// Average is the machine's load average: how much else it had to do.
func Average() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 2 {
		return strings.Join(fields[:3], " ")
	}
	return "unknown"
}
