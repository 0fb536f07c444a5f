// Package router is the graph at run time: one HTTP endpoint that answers
// GraphQL operations from many subgraphs.
//
// In come a Config and a supergraph; out comes a Router, an http.Handler whose
// requests go through these stages, each in a package of its own:
//
//	http.Request ─transport─▶ Request ─auth, limit─▶ +Caller ─operation─▶ Operation
//	  ─plan─▶ Plan ─execute─▶ response ─transport─▶ bytes
//
// router.go lists the middlewares in their order, pipeline.go the stages in
// theirs; graph.go holds everything that is built from one supergraph. A Config
// can be read from a file (ReadConfig); weft.yaml shows every setting. The keys
// are Apollo Router's where it has them.
package router
