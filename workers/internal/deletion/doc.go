// Package deletion erases accounts that their owners have deleted: a saga over the
// databases of users and todos, and a mail.
//
//	users.DeletionArgs{UserID} ─Worker─▶ the step after the one that account_deletions knows, and so on
//
//	ASKED ─▶ sessions end ─▶ tokens expire ─▶ │ ─▶ lists go or pass on ─▶ farewell ─▶ the person goes ─▶ DONE
//	  └──── fails for good: opened again ─────│     tried until it succeeds
//	                              point of no return
//
// That a step is done is in the users database: in the transaction of what it does
// there, or after it, for what it does elsewhere, which is safe to do again. A worker
// that dies is followed by one that goes on where the database says. River's
// resumable steps are not used: they are remembered when an attempt ends in order, in
// the row of a job, and an operator shall see them after the job is gone.
//
// Erasing begins when the last access token that was given out has expired: nobody
// can write any more what would be left behind.
package deletion
