package todos_test

import (
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/todos"
)

func TestDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, now, zone string
		from, before    string
	}{
		{"UTC", "2026-07-15T12:00:00Z", "UTC", "2026-07-15T00:00:00Z", "2026-07-16T00:00:00Z"},
		{"midnight begins the day", "2026-07-15T00:00:00Z", "UTC", "2026-07-15T00:00:00Z", "2026-07-16T00:00:00Z"},
		{"already tomorrow in the east", "2026-07-15T12:00:00Z", "Pacific/Auckland", "2026-07-15T12:00:00Z", "2026-07-16T12:00:00Z"},
		{"still yesterday in the west", "2026-07-15T03:00:00Z", "America/New_York", "2026-07-14T04:00:00Z", "2026-07-15T04:00:00Z"},
		{"a day of 23 hours", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"a day of 25 hours", "2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{"half an hour", "2026-07-15T12:00:00Z", "Asia/Kolkata", "2026-07-14T18:30:00Z", "2026-07-15T18:30:00Z"},
		{"the last day of a year", "2026-12-31T12:00:00Z", "UTC", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		from, before, err := todos.Day(now, c.zone)
		if err != nil || from.Format(time.RFC3339) != c.from || before.Format(time.RFC3339) != c.before {
			t.Errorf("%s: %s to %s, %v; want %s to %s", c.name, from, before, err, c.from, c.before)
		}
	}
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../UTC"} {
		if _, _, err := todos.Day(time.Now(), zone); err == nil {
			t.Errorf("zone %q is accepted", zone)
		}
	}
}
