// Package composition turns subgraphs into a supergraph, or says why they do not
// fit together.
//
//	[]federation.Subgraph
//	      │ read          parse, resolve @link, name the directives       (subgraph.go)
//	      │ validate      GraphQL's own rules, then federation's, for each subgraph alone
//	      │ upgrade       federation 1 subgraphs, if any, to federation 2      (upgrade.go)
//	      │ merge         types, fields, enums, … across subgraphs         (merge.go)
//	      │ check         what only the merged schema shows: interfaces, @inaccessible,
//	      │               and that every query can be answered          (satisfiability.go)
//	      ▼ print         the standard SDL with join__ directives          (print.go)
//	Result{Supergraph, Hints}   or   Errors{Code, Message, Locations}
//
// The steps run in this order; all errors of a step are collected, and the next
// step does not run if there are any; a subgraph that can not be read keeps the
// others from being merged, not from being validated. The result does not depend
// on the order of the input: subgraphs are taken in the order of their names.
//
// One rule is one file, named after what it is about; its doc comment begins
// with the rule and ends with the codes that it raises. Each rule has a case in
// testdata.
//
// # What is not handled yet
//
// The context specification linked by itself, not by way of federation's, is
// refused with the code UNSUPPORTED_FEATURE and its place.
//
// Connectors are carried into the supergraph without a look at their selections
// and templates; a subgraph that has them counts as any other.
//
// # Where it is stricter than Apollo's composition
//
// What Apollo's composition 2.14 takes and this one refuses, because it has no
// good meaning:
//
//   - repeated argument names, enum values, root types and `schema` definitions,
//     extensions of another kind than their type, and an argument given twice
//     (GraphQL §3: names must be unique);
//   - a field set with `... on T` for an unknown or impossible T, or with a
//     selection on a leaf (GraphQL §5: selections must be valid);
//   - a @link that cannot be read, in a federation 1 subgraph too, where it would
//     not count;
//   - a field with @requires in a subgraph whose only keys for its type are not
//     resolvable: the router has no way back with what it fetched;
//   - what belongs to a specification's namespace as the type of a field;
//   - a contextual argument that selects several leaves below one field: it would
//     have several values.
//
// The other way round, a field that @requires something of an object which only
// its own subgraph knows, though another one leads to the object, is taken here
// and refused there. So is a type on which two subgraphs set a context of the
// same name, each its own: Apollo's composition loses one of the two.
//
// Specification: https://specs.apollo.dev/federation/v2.14 and
// https://specs.apollo.dev/join/v0.5.
package composition
