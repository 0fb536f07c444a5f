package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
)

// securityAttempts bounds the attempts to send a mail that matters at once: with
// the workers' delays, the last one is nearly seven hours after the first.
const securityAttempts = 8

// securityMail is how mails that somebody waits for, or should read soon, are
// inserted: one for equal arguments.
func securityMail() *river.InsertOpts {
	return &river.InsertOpts{
		Queue: users.SecurityQueue, MaxAttempts: securityAttempts, Priority: 1,
		UniqueOpts: river.UniqueOpts{ByArgs: true},
	}
}

// alert inserts the mail that tells a user of an event, which the entry of the
// audit log describes.
func (s *Service) alert(ctx context.Context, tx pgx.Tx, userID string, event users.SecurityEvent, entry users.AuditEntry) error {
	_, err := s.jobs.InsertTx(ctx, tx, users.SecurityAlertArgs{UserID: userID, Event: event, EntryID: entry.ID}, securityMail())
	if err != nil {
		return fmt.Errorf("security alert: %w", err)
	}
	return nil
}

// sendVerification inserts the mail with which a user verifies the address.
func (s *Service) sendVerification(ctx context.Context, tx pgx.Tx, userID string) error {
	_, err := s.jobs.InsertTx(ctx, tx, users.VerificationArgs{UserID: userID, Asked: s.asked()}, securityMail())
	if err != nil {
		return fmt.Errorf("verification mail: %w", err)
	}
	return nil
}

// asked is the time that makes mails of one MailInterval equal.
func (s *Service) asked() time.Time { return s.now().Truncate(users.MailInterval) }
