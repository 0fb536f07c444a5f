package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/workers/internal/letter"
)

// Letter writes a letter to the reader m.Contact, in the reader's language, and
// delivers it: it fills in m.Content, m.Template and m.UserID. A letter that there are
// no words for ends the job.
func (d *Delivery) Letter(ctx context.Context, job *rivertype.JobRow, m Mail, l letter.Letter) error {
	reader := letter.Reader{Name: m.Contact.DisplayName, TimeZone: m.Contact.TimeZone, Unsubscribe: m.Unsubscribe}
	content, err := letter.Render(m.Contact.Locale, reader, l)
	if errors.Is(err, letter.ErrUnknown) {
		return river.JobCancel(fmt.Errorf("%s: %w", l.Name(), err))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name(), err)
	}
	m.Content, m.Template, m.UserID = content, l.Name(), m.Contact.UserID
	return d.Deliver(ctx, job, m)
}
