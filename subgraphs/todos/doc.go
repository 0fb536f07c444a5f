// Package todos is the domain of shared todo lists: its nouns, what can be done
// with them, and the rules of input. It does no I/O.
//
//	graph (GraphQL) ─▶ Service ◀─ implemented by postgres ─▶ rows
//
// Every method of Service takes the Viewer, and every statement behind it joins
// the members of the lists: what the viewer may not see does not exist for them,
// by whatever way they ask for it. What a member's role allows stands in access.go
// and nowhere else. Users are known by their ids alone.
package todos
