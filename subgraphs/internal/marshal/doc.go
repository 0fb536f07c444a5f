// Package marshal is what generated code calls instead of gqlgen's own functions
// for lists and objects (see subgraphs/cmd/generate):
//
//	rows ─Slice─▶ a few goroutines, each with a run of neighbours ─▶ JSON of the list
//	fields and their values ─Object─▶ JSON of the object
//
// gqlgen begins a goroutine for each element, so that elements can wait for data
// side by side. Here nobody waits in an element: what belongs to rows is read for
// all of them at once (package batch), and the rest is arithmetic, for which there
// are only so many processors.
package marshal
