package deletion

import (
	"context"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
)

// Mails are Farewells by mail.
type Mails struct {
	// Delivery is required.
	Delivery *delivery.Delivery
}

var _ Farewells = Mails{}

// Farewell implements Farewells.
func (m Mails) Farewell(ctx context.Context, job *rivertype.JobRow, contact users.Contact) error {
	return m.Delivery.Letter(ctx, job, delivery.Mail{Key: "farewell/" + contact.UserID, Contact: contact}, letter.Farewell{At: time.Now()})
}
