// Package mailsink receives mail and delivers it to nobody: it shows it. The
// local platform and the tests send to it.
//
//	SMTP ──▶ Box (bounded, in memory) ──▶ JSON: GET /api/messages, …
//	                                  └─▶ a web page: GET /
//
// In comes any mail, for any recipient, without a password; out come messages
// with their parts decoded:
//
//	GET    /api/messages            {"messages": [Summary, …]}, newest first
//	       ?to=ADDRESS              only those to this recipient
//	       &wait=5s                 wait that long for the first one
//	GET    /api/messages/{id}       Message
//	DELETE /api/messages/{id}       204; 404 if there is none
//	DELETE /api/messages            204
//
// Errors are {"error": "…"} with a 4xx status. The page runs no script, loads
// nothing and shows HTML mail as its source. Requests under a host name other
// than the loopback interface's are refused, so that no web site can read the
// mail by pointing its own name here.
package mailsink
