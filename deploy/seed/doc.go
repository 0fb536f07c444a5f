// Package seed makes the databases of the services with very many rows in them, to
// measure with and to look at. It makes them itself, marks them with a comment, and
// touches no other:
//
//	no database ─────────────▶ make, mark "loading", migrate, fill, mark size and schema
//	marked with the same ────▶ nothing to do
//	marked otherwise ────────▶ drop, and begin anew
//	not marked ──────────────▶ refuse
//
// The same size gives the same rows; each service fills its own tables.
package seed
