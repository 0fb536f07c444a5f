package graph_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// TestSpeedOfPages reads the first and the last page of the largest list in turns,
// while no other test runs, and prints how long that takes. How long is not checked,
// for it says more about the machine; how many statements it takes is.
func TestSpeedOfPages(t *testing.T) {
	rounds := 10
	if os.Getenv(seededVariable) != "" {
		rounds = 500
	}
	s := seededBundle(t)
	queries := map[string]string{}
	for name, args := range map[string]string{"first": "first: 50", "last": "last: 50"} {
		queries[name] = fmt.Sprintf(`{ todoList(id: %q) { name todos(%s) { edges { cursor node { id title status priority dueAt overdue
			assignees { id } tags { id name } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`, s.list, args)
	}
	times := map[string][]time.Duration{}
	for range rounds {
		for name, query := range queries {
			s.asked.Take()
			began := time.Now()
			response := s.Do(t, s.person, query, nil)
			times[name] = append(times[name], time.Since(began))
			response.WantCodes(t)
			if statements := s.asked.Take(); len(statements) > 5 {
				t.Fatalf("the %s page takes %d statements, want 5 at most", name, len(statements))
			}
		}
	}
	for name, all := range times {
		slices.Sort(all)
		median, p99 := all[len(all)/2], all[len(all)*99/100]
		t.Logf("%s page: median %s, p99 %s (%.1f × the median), %d rounds", name, median, p99, float64(p99)/float64(median), rounds)
	}
	t.Logf("the last page's median is %.2f × the first one's", float64(times["last"][rounds/2])/float64(times["first"][rounds/2]))
}
