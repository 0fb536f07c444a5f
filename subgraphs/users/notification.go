package users

// NotificationSettings are the mails that a user wants beside those that have to
// be sent, such as the reset of a password.
type NotificationSettings struct {
	EmailAssignments bool
	EmailReminders   bool
	EmailDigest      DigestFrequency
	DigestHour       int32 // 0 to 23, in the user's time zone
}

// DefaultNotificationSettings are those of a user who has not changed any.
func DefaultNotificationSettings() NotificationSettings {
	return NotificationSettings{EmailAssignments: true, EmailReminders: true, EmailDigest: DigestNever, DigestHour: 8}
}

// DigestFrequency is how often a user gets a summary.
type DigestFrequency string

// The frequencies.
const (
	DigestNever  DigestFrequency = "NEVER"
	DigestDaily  DigestFrequency = "DAILY"
	DigestWeekly DigestFrequency = "WEEKLY"
)

// NotificationSettingsInput is what a user changes of the own settings; nil leaves
// a field as it is.
type NotificationSettingsInput struct {
	EmailAssignments *bool
	EmailReminders   *bool
	EmailDigest      *DigestFrequency
	DigestHour       *int32
}

// Apply returns the settings with the change made, or why it cannot be.
func (in NotificationSettingsInput) Apply(s NotificationSettings) (NotificationSettings, error) {
	if in.DigestHour != nil && (*in.DigestHour < 0 || *in.DigestHour > 23) {
		return s, Fail(CodeBadInput, "digestHour", "must be from 0 to 23")
	}
	set(&s.EmailAssignments, in.EmailAssignments)
	set(&s.EmailReminders, in.EmailReminders)
	set(&s.EmailDigest, in.EmailDigest)
	set(&s.DigestHour, in.DigestHour)
	return s, nil
}

// set gives field the value, if there is one.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
