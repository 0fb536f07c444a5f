// Package mailtest has a real SMTP server that misbehaves by script, for tests.
//
//	Start ─▶ Server ◀─SMTP─ whoever sends mail
//	           └─▶ Counts: sessions and mails; Received: the last mail
package mailtest
