package users

import "time"

// NotificationSettings are the mails that a user wants beside those that have to
// be sent, such as the reset of a password.
type NotificationSettings struct {
	EmailAssignments bool
	EmailReminders   bool
	EmailShares      bool
	EmailDigest      DigestFrequency
	DigestHour       int32 // 0 to 23, in the user's time zone
	// QuietFrom and QuietTo are the hours of the day, 0 to 23 in the user's time
	// zone, between which mails wait that can: QuietTo is the first hour that is not
	// quiet any more, and may be that of the next day. Both are nil, or neither.
	QuietFrom, QuietTo *int32
}

// DefaultNotificationSettings are those of a user who has not changed any.
func DefaultNotificationSettings() NotificationSettings {
	return NotificationSettings{EmailAssignments: true, EmailReminders: true, EmailShares: true, EmailDigest: DigestNever, DigestHour: 8}
}

// DigestFrequency is how often a user gets a summary.
type DigestFrequency string

// The frequencies.
const (
	DigestNever  DigestFrequency = "NEVER"
	DigestDaily  DigestFrequency = "DAILY"
	DigestWeekly DigestFrequency = "WEEKLY"
)

// QuietUntil returns when the user's quiet hours end in which now is, on the
// clocks of the user's time zone; or false if now is in none.
func (s NotificationSettings) QuietUntil(now time.Time, zone *time.Location) (time.Time, bool) {
	if s.QuietFrom == nil || s.QuietTo == nil {
		return time.Time{}, false
	}
	local := now.In(zone)
	hour, from, to := local.Hour(), int(*s.QuietFrom), int(*s.QuietTo)
	overnight := from > to
	if overnight && hour < from && hour >= to || !overnight && (hour < from || hour >= to) {
		return time.Time{}, false
	}
	day := local.Day()
	if overnight && hour >= from {
		day++
	}
	end := time.Date(local.Year(), local.Month(), day, to, 0, 0, 0, zone)
	if !end.After(now) {
		// The clocks are put forward over that hour: the next full one is as good.
		end = now.Add(time.Hour).Truncate(time.Hour)
	}
	return end, true
}

// QuietHours is what a user makes of the quiet hours: both are given, or neither,
// which means that there are none.
type QuietHours struct{ From, To *int32 }

// NotificationSettingsChange is what a user changes of the own settings; nil leaves
// a field as it is.
type NotificationSettingsChange struct {
	EmailAssignments *bool
	EmailReminders   *bool
	EmailShares      *bool
	EmailDigest      *DigestFrequency
	DigestHour       *int32
	Quiet            *QuietHours
}

// Apply returns the settings with the change made, or why it cannot be.
func (c NotificationSettingsChange) Apply(s NotificationSettings) (NotificationSettings, error) {
	var refused UserErrors
	if !hourOfDay(c.DigestHour) {
		refused = append(refused, Fail(CodeBadInput, "digestHour", hourRefused)...)
	}
	if c.Quiet != nil {
		refused = append(refused, c.Quiet.refused()...)
		s.QuietFrom, s.QuietTo = c.Quiet.From, c.Quiet.To
	}
	if refused != nil {
		return s, refused
	}
	set(&s.EmailAssignments, c.EmailAssignments)
	set(&s.EmailReminders, c.EmailReminders)
	set(&s.EmailShares, c.EmailShares)
	set(&s.EmailDigest, c.EmailDigest)
	set(&s.DigestHour, c.DigestHour)
	return s, nil
}

// hourRefused is what is said of an hour that no day has.
const hourRefused = "must be from 0 to 23"

// refused returns why these cannot be somebody's quiet hours, nil if they can.
func (q QuietHours) refused() UserErrors {
	var refused UserErrors
	if !hourOfDay(q.From) {
		refused = append(refused, Fail(CodeBadInput, "quietFrom", hourRefused)...)
	}
	if !hourOfDay(q.To) {
		refused = append(refused, Fail(CodeBadInput, "quietTo", hourRefused)...)
	}
	switch {
	case q.From != nil && q.To == nil:
		refused = append(refused, Fail(CodeBadInput, "quietTo", "must be given with quietFrom")...)
	case q.From == nil && q.To != nil:
		refused = append(refused, Fail(CodeBadInput, "quietFrom", "must be given with quietTo")...)
	case q.From != nil && *q.From == *q.To:
		refused = append(refused, Fail(CodeBadInput, "quietTo", "must be another hour than quietFrom")...)
	}
	return refused
}

// hourOfDay tells whether a day has the hour; nil is none and no mistake.
func hourOfDay(hour *int32) bool { return hour == nil || *hour >= 0 && *hour <= 23 }

// set gives field the value, if there is one.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
