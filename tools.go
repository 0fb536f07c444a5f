//go:build tools

// Package tools pins the programs that check and generate this repository's
// code. Nothing imports it and nothing ships from it; the Makefile runs each
// with "go run", so that everybody uses the versions named in go.mod.
package tools

import (
	_ "golang.org/x/perf/cmd/benchstat"
	_ "golang.org/x/vuln/cmd/govulncheck"
	_ "honnef.co/go/tools/cmd/staticcheck"
	_ "mvdan.cc/gofumpt"
)
