package users

import (
	"testing"
	"time"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func TestDueDigest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone string
		frequency  DigestFrequency
		hour       int32
		from, now  string
		period     string // "" if none is due
		next       string
	}{
		{"at the hour", "Europe/Berlin", DigestDaily, 8, "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z", "2026-11-23", "2026-11-24T07:00:00Z"},
		{"before the hour", "Europe/Berlin", DigestDaily, 8, "2026-11-22T07:00:01Z", "2026-11-23T06:59:59Z", "", "2026-11-23T07:00:00Z"},
		{"seen to already", "Europe/Berlin", DigestDaily, 8, "2026-11-24T07:00:00Z", "2026-11-23T08:00:00Z", "", "2026-11-24T07:00:00Z"},
		{"after hours without anybody who looked", "Europe/Berlin", DigestDaily, 8, "2026-11-23T07:00:00Z", "2026-11-23T19:00:00Z", "2026-11-23", "2026-11-24T07:00:00Z"},
		{"after days, that of today alone", "Europe/Berlin", DigestDaily, 8, "2026-11-19T07:00:00Z", "2026-11-23T19:00:00Z", "2026-11-23", "2026-11-24T07:00:00Z"},
		{"when its day is over", "Europe/Berlin", DigestDaily, 8, "2026-11-22T07:00:00Z", "2026-11-22T23:30:00Z", "", "2026-11-23T07:00:00Z"},
		{"wanted after the hour", "Europe/Berlin", DigestDaily, 8, "2026-11-23T07:00:01Z", "2026-11-23T07:15:00Z", "", "2026-11-24T07:00:00Z"},
		{"on another day than in UTC", "Pacific/Auckland", DigestDaily, 6, "2026-11-22T17:00:00Z", "2026-11-22T17:05:00Z", "2026-11-23", "2026-11-23T17:00:00Z"},
		{"at a quarter to", "Asia/Kathmandu", DigestDaily, 8, "2026-11-23T02:15:00Z", "2026-11-23T02:15:00Z", "2026-11-23", "2026-11-24T02:15:00Z"},
		{"on the day after the clocks were put back", "America/New_York", DigestDaily, 8, "2026-10-31T12:00:01Z", "2026-11-01T13:00:00Z", "2026-11-01", "2026-11-02T13:00:00Z"},
		{"the next when clocks are put forward in the night", "America/New_York", DigestDaily, 8, "2026-03-07T13:00:00Z", "2026-03-07T13:00:00Z", "2026-03-07", "2026-03-08T12:00:00Z"},
		{"at an hour that there is not", "America/New_York", DigestDaily, 2, "2026-03-07T07:00:01Z", "2026-03-08T07:00:00Z", "2026-03-08", "2026-03-09T06:00:00Z"},
		{"just before that hour", "America/New_York", DigestDaily, 2, "2026-03-07T07:00:01Z", "2026-03-08T06:59:59Z", "", "2026-03-08T07:00:00Z"},
		{"at the first of an hour that there is twice", "America/New_York", DigestDaily, 1, "2026-10-31T05:00:01Z", "2026-11-01T05:00:00Z", "2026-11-01", "2026-11-02T06:00:00Z"},
		{"at the second of them, when it was seen to", "America/New_York", DigestDaily, 1, "2026-11-02T06:00:00Z", "2026-11-01T06:00:00Z", "", "2026-11-02T06:00:00Z"},
		{"at a midnight that there is not", "Africa/Cairo", DigestDaily, 0, "2026-04-23T00:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24", "2026-04-24T21:00:00Z"},
		{"on Monday", "Europe/Berlin", DigestWeekly, 8, "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z", "2026-W48", "2026-11-30T07:00:00Z"},
		{"on Sunday", "Europe/Berlin", DigestWeekly, 8, "2026-11-23T07:00:01Z", "2026-11-29T12:00:00Z", "", "2026-11-30T07:00:00Z"},
		{"on Monday before the hour", "Europe/Berlin", DigestWeekly, 8, "2026-11-16T07:00:01Z", "2026-11-23T06:00:00Z", "", "2026-11-23T07:00:00Z"},
		{"in the week, after an outage", "Europe/Berlin", DigestWeekly, 8, "2026-11-23T07:00:00Z", "2026-11-25T12:00:00Z", "2026-W48", "2026-11-30T07:00:00Z"},
		{"in the first week of a year", "UTC", DigestWeekly, 0, "2024-12-30T00:00:00Z", "2024-12-31T00:00:00Z", "2025-W01", "2025-01-06T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			settings := NotificationSettings{EmailDigest: c.frequency, DigestHour: c.hour}
			period, due, next := settings.DueDigest(at(t, c.from), at(t, c.now), zone(t, c.zone))
			got := ""
			if due {
				got = period.String()
			}
			if got != c.period || !next.Equal(at(t, c.next)) {
				t.Errorf("%q and %s, want %q and %s", got, next.Format(time.RFC3339), c.period, c.next)
			}
		})
	}
	if _, due, next := DefaultNotificationSettings().DueDigest(time.Time{}, time.Now(), time.UTC); due || !next.IsZero() {
		t.Error("a digest is due that nobody wants")
	}
}

// TestEveryDayHasOneDigest looks every quarter of an hour of two years, in zones whose
// clocks do what clocks can do.
func TestEveryDayHasOneDigest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "America/New_York", "Asia/Jerusalem", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "America/Santiago"} {
		location := zone(t, name)
		for _, hour := range []int32{0, 1, 2, 3, 12, 23} {
			settings := NotificationSettings{EmailDigest: DigestDaily, DigestHour: hour}
			from := at(t, "2025-01-01T12:00:00Z")
			end := from.AddDate(2, 0, 0)
			seen := map[string]int{}
			for now := from; now.Before(end); now = now.Add(DigestsInterval) {
				if now.Before(from) {
					continue
				}
				period, due, next := settings.DueDigest(from, now, location)
				if !next.After(now) {
					t.Fatalf("%s, %d h: at %s the next is %s", name, hour, now, next)
				}
				if due {
					seen[period.String()]++
				}
				from = next
			}
			// The first day, or the last, may have had its hour before it began.
			if len(seen) < 729 || len(seen) > 731 {
				t.Errorf("%s, %d h: %d days", name, hour, len(seen))
			}
			for day, n := range seen {
				if n != 1 {
					t.Errorf("%s, %d h: %d digests of %s", name, hour, n, day)
				}
			}
		}
	}
}

func TestDigestPeriod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, zone, from, before string }{
		{"2026-11-23", "Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"},
		{"2026-W48", "Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"},
		{"2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"2026-W53", "UTC", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		{"2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"},
	} {
		p, err := ParseDigestPeriod(c.text)
		if err != nil || p.String() != c.text {
			t.Errorf("%s: %s, %v", c.text, p, err)
		}
		from, before := p.Bounds(zone(t, c.zone))
		if !from.Equal(at(t, c.from)) || !before.Equal(at(t, c.before)) {
			t.Errorf("%s in %s: from %s to %s", c.text, c.zone, from, before)
		}
	}
	for _, text := range []string{"", "2026", "2026-11", "2026-11-31", "2026-W00", "2026-W54", "2025-W53", "2026-W48x", "2026-W4", "26-W48"} {
		if p, err := ParseDigestPeriod(text); err == nil {
			t.Errorf("%q is read as %s", text, p)
		}
	}
}

// TestEveryDayHasBounds: days follow one another, also in years for which package time
// has rules instead of tables.
func TestEveryDayHasBounds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Jerusalem"} {
		zone, last := Zone(name), time.Time{}
		for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2075; day = day.AddDate(0, 0, 1) {
			period, err := ParseDigestPeriod(day.Format(time.DateOnly))
			if err != nil {
				t.Fatal(err)
			}
			from, before := period.Bounds(zone)
			if long := before.Sub(from); long < 23*time.Hour || long > 25*time.Hour || !last.IsZero() && !last.Equal(from) {
				t.Errorf("%s: %s is from %s to %s; the day before is over at %s", name, period, from, before, last)
			}
			last = before
		}
	}
}
