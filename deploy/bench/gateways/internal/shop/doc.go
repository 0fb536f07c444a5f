// Package shop is the public federation benchmark's four subgraphs (accounts,
// inventory, products, reviews) over its data, in memory.
//
//	operation ─▶ Subgraph.Execute ─▶ JSON      what one subgraph answers
//	operation ─▶ Monolith.Execute ─▶ JSON      what a gateway in front has to answer
//	POST /NAME ─▶ Handler ─▶ the same, remembered by the request's bytes
//
// Each subgraph answers any operation that is valid in its schema, and knows no
// more than its schema says: shippingEstimate is computed from the price and the
// weight that a representation brings, and reviews knows a user's name only where
// it says that it provides it. A gateway that sends wrong inputs gets wrong values
// or an error, not the right ones by luck.
package shop
