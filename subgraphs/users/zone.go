package users

import "time"

// Zone returns the time zone of a user. Each is known when it is chosen; one that is
// not known any more, or not to this program, is UTC.
func Zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
