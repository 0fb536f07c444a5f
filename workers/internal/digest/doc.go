// Package digest sends people, once a day or once a week, what they have to do and
// what they have not read.
//
//	every quarter of an hour: users.DigestsArgs ─Sweep─▶ users whose hour has come ─▶ a users.DigestArgs each
//
//	users.DigestArgs{UserID, Period} ─Worker─┬▶ contact, unread notifications (users)
//	                                         ├▶ agenda, titles (todos)
//	                                         └▶ letter.Digest ─▶ mail, unless there is nothing to say
//
// Until when somebody's digests have been seen to stands in their row: whoever looks
// next, and whenever, goes on from there. A digest is due until its day or week is
// over, so that one is sent late rather than never, and no two at once.
//
// It is sent at most once. One of which nobody knows whether it was sent is noted as
// such, and not sent again.
package digest
