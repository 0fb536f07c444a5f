// Package page is the public pages that mails lead to: /verify, /reset and
// /unsubscribe.
//
//	GET  /verify?token=…      ─▶ what will happen, and a button; nothing changes
//	POST /verify (token=…)    ─▶ Accounts.VerifyEmail        ─▶ what has happened
//	POST /reset               ─▶ Accounts.ResetPassword
//	POST /unsubscribe         ─▶ Accounts.Unsubscribe, also as a mail program's one click (RFC 8058)
//
// Programs that look at links, such as those that search mail for malware, send GET:
// so it never acts. The pages have no script, load nothing, are kept by nobody and are
// shown in no frame; a token is never in the address of what follows. They are in the
// language of the account that a token belongs to, else in that of the browser.
package page
