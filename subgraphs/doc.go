// Package subgraphs holds the services that own data, one folder each: nouns
// and rules at its root, GraphQL in graph/, PostgreSQL in postgres/.
package subgraphs
