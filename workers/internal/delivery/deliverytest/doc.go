// Package deliverytest has a Delivery without a mail server and without a database,
// for the tests of jobs that send mails.
//
//	New ─▶ *delivery.Delivery ─▶ Outbox: what was sent, or why it was not
package deliverytest
