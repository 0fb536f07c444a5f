package users

// Topic is a sort of mails that a user can do without. It stands in the links of
// those mails that end them.
type Topic string

// The topics; each is a field of NotificationSettings.
const (
	TopicAssignments Topic = "assignments"
	TopicShares      Topic = "shares"
	TopicReminders   Topic = "reminders"
	TopicDigest      Topic = "digest"
)

// Without returns the change of settings that ends the mails of the topic, or false
// if there is no such topic.
func (t Topic) Without() (NotificationSettingsChange, bool) {
	no, never := false, DigestNever
	switch t {
	case TopicAssignments:
		return NotificationSettingsChange{EmailAssignments: &no}, true
	case TopicShares:
		return NotificationSettingsChange{EmailShares: &no}, true
	case TopicReminders:
		return NotificationSettingsChange{EmailReminders: &no}, true
	case TopicDigest:
		return NotificationSettingsChange{EmailDigest: &never}, true
	}
	return NotificationSettingsChange{}, false
}
