package schema

import "embed"

// Subgraphs holds the schema files of Weft's own subgraphs, one directory per
// subgraph: subgraphs/<name>/*.graphqls. It is the source of truth: the
// subgraphs' code and the supergraph are generated from it.
//
//go:embed subgraphs/*/*.graphqls
var Subgraphs embed.FS
