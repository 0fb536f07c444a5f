// Package outagetest is what every service has to survive: tests of a program's
// service whose database goes away, whose transactions are ended, and whose clients
// lose patience.
//
//	Subject ─Run─▶ nothing that was acknowledged is lost, everything else is masked
//	              and logged once, the service recovers by itself, and no connection
//	              stays behind
package outagetest
