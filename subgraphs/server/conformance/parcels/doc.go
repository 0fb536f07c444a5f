// Package parcels is a subgraph for tests: what users and todos do not use of
// Federation, by way of the same template (gqlgen.yml), generator and server.
//
//	@key of several and nested fields, several @keys · @provides · @override ·
//	@inaccessible · @tag · @requires
//
// Its schema lies beside it and is no part of the platform's supergraph. Tests
// compose it with a stand-in for users (others), and run it behind the router
// (deploy/e2e). Fields of keys have to be non-null: what gqlgen writes for others
// does not compile together with nullable_input_omittable.
package parcels
