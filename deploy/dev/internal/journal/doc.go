// Package journal prints what the parts of the platform write, line by line,
// each line behind the name of its part.
//
//	users  ──Stream──▶ ┐
//	router ──Stream──▶ ├─▶ "users    | …\nrouter   | …\n"
//	panel  ──Print───▶ ┘
package journal
