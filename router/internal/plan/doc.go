// Package plan decides which subgraphs answer an operation, in what order and
// in which requests.
//
// In comes an operation in normal form and the query graph of a supergraph; out
// comes a Plan, immutable data that the executor compiles once and then follows
// for every request. Planning is a pure function: no I/O, no clock, the same
// inputs give the same plan.
//
//	operation.Operation ┐
//	                    ├─▶ New ─▶ Plan{Fetches, Positions} ─▶ package execute
//	querygraph.Graph    ┘
//
// A plan has two halves which meet in positions. A Position is a place in the
// response where objects stand: the root, or the value of a composite field
// below another position ("users.@", "users.@.company").
//
//   - Fetches say how data is gathered: what is sent, which positions' objects
//     the request needs as representations, and at which positions the objects
//     of its response stand.
//   - Positions say how the answer is put together: which fields it shows in
//     which order, and for each of them the fetch and the response key that
//     supply it.
//
// The example shows a query that two subgraphs answer:
//
//	{ me { name lists { title } } }         positions       fetches
//
//	users: { me { __typename id name } }    0 (root)        #0 root, users
//	  └─▶ todos: _entities(User.id)         1 me            #1 entities at 1, todos, after #0
//	        { lists { title } }             2 me.lists.@
//
//	position 0: me    from #0 "me"     → position 1
//	position 1: name  from #0 "name",  lists from #1 "lists" → position 2
//	position 2: title from #1 "title"
//
// An object of the type Query below the root needs no representation: a fetch of
// the other subgraph's Query object supplies what the first one lacks.
//
// A subgraph with an interface object (Federation 2.3 §@interfaceObject) has objects
// by the interface's name and does not know their types. They are sent there by
// that name; objects that come from there are looked up by that name in a subgraph
// with the interface, if anything depends on their types.
//
// Dependencies are exact: a fetch names the fetches whose results it reads and
// may start as soon as those are there.
//
// The labels of progressive overrides are an input (Config.Labels): they decide
// which of two subgraphs resolves a field that moves. Which of them an operation
// can depend on is known before it is planned (Labels). @defer does not change the
// search: what is due when is worked out of the finished plan (Plan.Defers).
//
// # How a plan is found
//
// Given in which subgraphs' responses the objects of a position stand, what is
// below does not depend on the rest of the operation. New therefore does not
// choose among paths to fields; it decides for one place after the other which
// further subgraphs to enter there, and remembers the answers:
//
//	site          a position in the making, with what the client selects there
//	availability  from these entries, with these further subgraphs: in which wave
//	              is which field there? A least fixpoint over keys and @requires;
//	              what waits for itself is never there
//	door          a subgraph, or an interface object of one: the same place of objects
//	              of many types, that nobody tells apart; blind: until they are known,
//	              all are looked up alike
//	structure     places where the same is selected are searched once
//	search        the set of further subgraphs that costs least; waves count more
//	              than requests
//	choice        which response supplies which field, which lookups that takes; a
//	              subgraph that would be entered twice is entered once, later, if
//	              that costs less
//	emit          choices become selections, lookups become steps; opaque: those of
//	              interface objects
//	fetch         steps become requests; finish: requests become a Plan
//
// A wave is a strict order: a lookup's inputs come from earlier waves. So a plan
// cannot wait for itself, and it never asks for a field before its inputs are
// there.
//
// What a plan costs is counted from its last wave: fewer requests there are worth
// any number of requests before. A plan with fewer requests in all, but more of
// them late, costs more. Of small queries the tests try all plans.
//
// # Contextual arguments
//
// An argument that takes its value from a context (Federation 2.8 §@fromContext) is
// an input like those of @requires, except that an object above gives it: the
// nearest whose type sets the context.
//
//	shops.@            gives currency ──────────────┐
//	  └─ desk          a value                      │
//	       └─ item     #2 entities at shops.@.desk.item, in the same subgraph,
//	                      {...on Item{price(in:$contextualArgument_1_0)}}
//
// What is below a position then depends on more than on where its objects stand:
// its entries say in which wave which values are given from above, as far as
// something below can take them. A site whose objects give a value supplies it like
// a part of a representation, when a field below has been chosen to take it. Keys
// and @requires know nothing of the objects above theirs, so that what they name
// never takes a value.
//
// Two objects with equal representations can be given different values. The fetch
// with the argument is therefore alone in its request, which asks for each
// combination of values apart (package execute), and lookups between it and the
// giver keep objects apart below which different values are taken (Entities.Apart):
// by the value, or, where that is not known early enough, by the giver.
//
// The search is bounded by Config.MaxWork: when that is spent, the first valid
// choice is taken at each place, and Plan.Stats says so. Package verify proves of
// every plan in the tests that it answers its operation.
package plan
