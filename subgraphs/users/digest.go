package users

import (
	"errors"
	"fmt"
	"time"
)

// BulkQueue is the queue of work that nobody waits for.
const BulkQueue = "bulk"

// DigestsArgs is the job that looks whose digest is due, and inserts a DigestArgs for
// each.
type DigestsArgs struct{}

// Kind names the job in the queue.
func (DigestsArgs) Kind() string { return "users.digests" }

// DigestsInterval is how often that is looked at, on the full quarters of the hour:
// there are time zones that are a quarter of an hour apart.
const DigestsInterval = 15 * time.Minute

// DigestArgs is the job that sends a user the digest of a day or a week.
type DigestArgs struct {
	UserID string `json:"userId" river:"unique"` // usr_…
	// Period is the day or week, as DigestPeriod writes it.
	Period string `json:"period" river:"unique"`
}

// Kind names the job in the queue.
func (DigestArgs) Kind() string { return "users.digest" }

// DigestPeriod is the day or the week that a digest is about, on the calendar of its
// reader. Weeks begin on Monday and are numbered as in ISO 8601.
type DigestPeriod struct {
	// Frequency is DigestDaily for a day and DigestWeekly for a week.
	Frequency DigestFrequency
	// first is midnight of its first day in UTC, standing for that day anywhere.
	first time.Time
}

// DigestPeriodAt returns the day or week in which now is in the zone.
func DigestPeriodAt(frequency DigestFrequency, now time.Time, zone *time.Location) DigestPeriod {
	year, month, day := now.In(zone).Date()
	p := DigestPeriod{Frequency: frequency, first: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
	if frequency == DigestWeekly {
		p.first = p.first.AddDate(0, 0, -(int(p.first.Weekday())+6)%7)
	}
	return p
}

// String returns the day as 2026-11-23, the week as 2026-W48.
func (p DigestPeriod) String() string {
	if p.Frequency == DigestWeekly {
		year, week := p.first.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	}
	return p.first.Format(time.DateOnly)
}

// ParseDigestPeriod reads what String returns.
func ParseDigestPeriod(text string) (DigestPeriod, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return DigestPeriod{Frequency: DigestDaily, first: day}, nil
	}
	var year, week int
	if _, err := fmt.Sscanf(text, "%4d-W%2d", &year, &week); err == nil {
		// The fourth of January is in the first week (ISO 8601).
		p := DigestPeriodAt(DigestWeekly, time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC), time.UTC)
		p.first = p.first.AddDate(0, 0, 7*(week-1))
		if p.String() == text {
			return p, nil
		}
	}
	return DigestPeriod{}, errors.New("users: a digest's period is a day such as 2026-11-23 or a week such as 2026-W48")
}

// Bounds returns when the period begins in the zone, and when it is over.
func (p DigestPeriod) Bounds(zone *time.Location) (from, before time.Time) {
	return firstMoment(p.first, zone), firstMoment(p.next().first, zone)
}

// next is the period after p.
func (p DigestPeriod) next() DigestPeriod {
	days := 1
	if p.Frequency == DigestWeekly {
		days = 7
	}
	return DigestPeriod{Frequency: p.Frequency, first: p.first.AddDate(0, 0, days)}
}

// due returns when the digest of the period is due: at the hour of its first day.
func (p DigestPeriod) due(hour int32, zone *time.Location) time.Time {
	return firstMoment(p.first.Add(time.Duration(hour)*time.Hour), zone)
}

// DueDigest tells of a user, whose digests have been seen to until from, which one is
// due now, if one is, and until when they are seen to with that. A digest is due from
// the user's DigestHour on, until its day or week is over: that of yesterday is of no
// use any more. Without digests next is zero.
func (s NotificationSettings) DueDigest(from, now time.Time, zone *time.Location) (period DigestPeriod, due bool, next time.Time) {
	if s.EmailDigest != DigestDaily && s.EmailDigest != DigestWeekly {
		return DigestPeriod{}, false, time.Time{}
	}
	period = DigestPeriodAt(s.EmailDigest, now, zone)
	at := period.due(s.DigestHour, zone)
	if at.After(now) {
		return period, false, at
	}
	return period, !at.Before(from), period.next().due(s.DigestHour, zone)
}

// firstMoment returns the first moment at which the clocks of the zone show the given
// time, which is written in UTC, or one after it: there may be two such moments where
// clocks are put back, and there is none where they are put forward over it.
func firstMoment(clock time.Time, zone *time.Location) time.Time {
	// No zone is further from UTC than this.
	at := clock.Add(-26 * time.Hour).In(zone)
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		moment := clock.Add(-time.Duration(offset) * time.Second)
		if moment.Before(at) {
			moment = at // put forward over it
		}
		// Package time ends some stretches before they begin: in Zurich at the end of
		// 2040, a leap year beyond its tables. Nothing changes there.
		if end.IsZero() || !end.After(at) || moment.Before(end) {
			return moment.UTC()
		}
		at = end.In(zone)
	}
}
