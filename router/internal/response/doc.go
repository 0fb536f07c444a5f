// Package response reads what subgraphs answer and writes what the client gets,
// without decoding anything in between.
//
// In comes the body of a subgraph's response and a Layout that says what was
// asked for; out comes a Document: immutable, without pointers, a table of
// ranges into the body. In come Documents, the Overlays that join them and a
// Projection of the client's operation; out comes the text of the response, in
// one pass.
//
//	body ─Document.Parse(Layout)─▶ Document ┐
//	body ─Document.Parse(Layout)─▶ Document ┼─Emitter(Projection, Overlays)─▶ Response
//	                               Overlay  ┘
//
// # Documents
//
// A Shape describes the objects at one place of a response. Each object is a run
// of slots, whose positions the shape fixes:
//
//	{"id":"1","tags":["a"]}   header      slot 1      slot 2
//	                          variant,    raw range   array:
//	                          ordinal     "1"         start, count
//
// The ordinal counts the objects of a shape's node in the order of the text, so
// that what is known about them from elsewhere is an array: an Overlay maps
// ordinals to the objects of another document. Joining the answers of two
// subgraphs fills such an array; no document ever changes.
//
// Everything that may be passed on is checked while it is read: the grammar, the
// escapes and control characters of strings, UTF-8, the depth, and the kind that
// the schema promises. A document that breaks the grammar is refused as a whole;
// a value of the wrong kind becomes null with an error where it is shown. The
// text of numbers and strings is passed on as it came.
//
// # Nulls
//
// The emitter spreads nulls as the GraphQL specification says (section 6.4.4
// "Handling Field Errors"): a null where the API schema forbids one removes the
// object or list around it, up to the next place that may be null. A field that
// a subgraph left out counts as null. Errors get their path while the emitter
// returns from where they were found, so that paths cost nothing when there are
// none.
package response
