// Package operation turns the text of a GraphQL request into an operation in
// normal form.
//
//	text, name ─▶ limits ─▶ parse ─▶ validate (API schema) ─▶ normal form = *Operation
//	                                                            │
//	raw JSON variables ───────────────────────▶ Variables ──────┘─▶ checked, defaults applied
//
// The normal form has no fragments and no duplicates: a selection set is a list
// of fields, each with the object types on which it is shown and the condition
// under which it is. Literal @skip and @include are folded away, variables in
// them become a condition. Fields that the same object would show under one
// response key are one field, whose parts are merged.
//
//	{ pet { name ... on Dog { name bark @include(if: $b) } ...C } }  fragment C on Cat { name: meow }
//
//	pet ─┬─ name        on Dog, Fish
//	     ├─ bark        on Dog       if $b
//	     └─ name: meow  on Cat
//
// A field that only fragments with @defer select names them (Operation.Defers).
//
// What is wrong with a request comes out as a gqlerror.List with locations and
// extensions.code. An Operation does not change after New; it may be cached and
// shared.
package operation
