// Package execute answers an operation by its plan.
//
// In comes a plan, which Compile turns into a Program once; then in comes what
// one client request adds to it (variables, the caller, the Flights that carry
// requests to subgraphs), and out comes the response.
//
//	plan.Plan ─Compile─▶ Program     per fetch: layout, request text, representations
//	                        │        per position: projection
//	                        ▼
//	Input ──────▶ Program.Execute ──▶ response.Response
//	                  │     ▲
//	      request text│     │response text
//	                  ▼     │
//	               Flights (package subgraph)
//
// A fetch starts as soon as the fetches that it depends on have ended: every
// fetch counts those that it waits for, and the one that brings the count to zero
// starts it. Requests travel and are parsed in goroutines of their own; everything
// else happens in the caller's goroutine, which takes the answers as they arrive
// and waits no longer for an answer than the client for the response.
//
// A parsed response is a function of the text that was sent and of the fetch's
// layout. Equal requests of different clients, also for different operations,
// therefore share one while it is on its way.
//
// # Sites and overlays
//
// The objects of a position stand in the document of its first source, where
// they are the instances of one node of its layout: the position's site. What
// other fetches know about them is joined by ordinal (see package response). A
// lookup, one _entities field of a request, walks over the instances of its
// sites and writes a representation of each into the request, unless the same
// bytes are there already; the number of the representation, kept by ordinal, is
// the overlay's index into the list of entities that comes back. Nothing is
// copied or merged, and an entity that stands at a hundred places is sent, read
// and kept once.
//
// # Contextual arguments
//
// A lookup whose fields take arguments from objects above finds for each object the
// nearest that gives a value: it goes down from the highest giver to the objects,
// once, and passes on which value is given. Objects with the same combination of
// values are one list of representations, without repetition in itself:
//
//	query($representations_0:[_Any!]!,$contextualArgument_1_0_0:Int,…)
//	{_0:_entities(representations:$representations_0){…f(a:$contextualArgument_1_0_0)}
//	 _1:_entities(representations:$representations_1){…f(a:$contextualArgument_1_0_1)}}
//
// With one combination it is the plan's text. The work and the text grow with the
// number of objects and of combinations, not with their product; of the latter, one
// request has 1,024 at most. Fields of objects beyond them are null, with an error;
// so are those of objects that are given nothing for an argument that must have a
// value.
//
// # Failures
//
// A fetch that fails costs the fields that it supplies: they are null, an error
// says so at their paths, and nulls spread as the schema demands. Fetches that
// needed its values leave out the objects that lack them. Errors that subgraphs
// report are mapped from the paths of their responses to every place of the
// client's response that they concern, up to a bound. Unless the Input says
// otherwise, their messages and extensions are withheld, as Apollo Router does.
package execute
