// Package notice is what the jobs that tell people of something do alike.
//
//	Notice ─Post─▶ contact ─▶ notification ─▶ is a mail wanted? ─▶ is it quiet? ─▶ mail
//	                 │          in the           │ no: done         │ yes: snooze
//	                 └ nobody:  application      ▼                  ▼
//	                   cancelled                                    until it is not
//
// A job that is run again, because its worker died, its mail failed or it was quiet,
// goes through all of it again: the notification is there already, and the mail is
// sent once, by their key.
package notice
