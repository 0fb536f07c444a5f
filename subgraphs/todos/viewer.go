package todos

import "github.com/weftql/weft/subgraphs/internal/refusal"

// Viewer is the caller on whose behalf something is read or done. The zero value
// is an anonymous caller, who is a member of no list.
type Viewer struct {
	ID string // usr_…, "" for an anonymous caller
	// RequestID is written down with what the viewer changes.
	RequestID string
}

// RequireLogin refuses an anonymous viewer.
func (v Viewer) RequireLogin() error {
	if v.ID == "" {
		return refusal.Unauthenticated()
	}
	return nil
}
