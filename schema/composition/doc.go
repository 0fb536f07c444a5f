// Package composition turns subgraphs into a supergraph, or says why they do not
// fit together.
//
//	[]federation.Subgraph
//	      │ read          parse, resolve @link, name the directives       (subgraph.go)
//	      │ validate      GraphQL's own rules, then federation's, for each subgraph alone
//	      │ merge         types, fields, enums, … across subgraphs         (merge.go)
//	      │ check         what only the merged schema shows: sharing, interfaces, @inaccessible
//	      ▼ print         the standard SDL with join__ directives          (print.go)
//	Result{Supergraph, Hints}   or   Errors{Code, Message, Locations}
//
// The steps run in this order; all errors of a step are collected, and the next
// step does not run if there are any. The result does not depend on the order of
// the input: subgraphs are taken in the order of their names.
//
// One rule is one file, named after what it is about; its doc comment begins
// with the rule and ends with the codes that it raises. Each rule has a case in
// testdata.
//
// # What is not handled yet
//
// The following is refused with the code UNSUPPORTED_FEATURE, which names the
// construct and its place: federation 1 subgraphs, @interfaceObject, @context
// and @fromContext, @composeDirective, @override with a label, @cacheTag, and
// the connect specification.
//
// Satisfiability (that every query of the API can be planned) is not checked
// here: a field that no path reaches is found by the planner, at request time.
//
// Specification: https://specs.apollo.dev/federation/v2.14 and
// https://specs.apollo.dev/join/v0.5.
package composition
