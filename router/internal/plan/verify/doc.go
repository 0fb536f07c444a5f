// Package verify proves of one plan that it answers one operation, whatever the
// data, without executing anything. It is support for tests: it runs on every
// plan that a test makes, and it shares no code with the search for plans.
//
//	operation.Operation ┐
//	querygraph.Graph    ├─▶ Verifier.Check ─▶ error: what is wrong, fetch by fetch
//	plan.Plan           ┘
//
// A plan's fetches are interpreted in their order over abstract objects. An
// abstract object stands for all objects of one concrete type at one position
// below objects of one concrete type; what a fetch says of it is the set of its
// response keys, and for each the field and the arguments behind it. That is
// repeated for every assignment of the Boolean variables in @skip and @include
// (a sample, if there are many). Checked is
//
//   - that each document is valid for the subgraph's schema, as it can be
//     extracted from the supergraph, and selects no field that the subgraph does
//     not resolve there (@external, @override, the scope of @provides);
//   - that each part of each representation has been fetched before, of the same
//     object, by a fetch that is named as a dependency, and that a representation
//     has a resolvable key of the subgraph and nothing useless;
//   - that where a subgraph has an interface object, only the interface's fields are
//     selected, objects are sent by the interface's name, and nothing that is sent
//     or shown depends on their types before a subgraph that knows them has told;
//   - that a field with @requires is selected only of an entity that was sent with
//     all that it requires;
//   - that contextual arguments get the values of the nearest object above that sets
//     the context, of whatever type that is, and that no lookup in between takes
//     objects for one that are given different values;
//   - that the positions show what the operation selects, for each concrete type
//     and each assignment, neither more nor less, in the operation's order;
//   - that what a part with @defer shows is due with that part at the latest;
//   - that fetches wait for the fetches that they read and for no others, that a
//     mutation's fields run in order and once, and that no fetch is made in vain.
package verify
