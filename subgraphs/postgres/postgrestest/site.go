package postgrestest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Site is a call in a package's source that sends a statement, or puts one into a
// batch.
type Site struct {
	File     string // its name alone
	Function string
	SQL      string // of a batch's statement; "" otherwise

	from, to int // lines
}

// String says where it is.
func (s Site) String() string { return fmt.Sprintf("%s:%d (%s)", s.File, s.from, s.Function) }

// senders are the methods of pgx that send or queue a statement.
var senders = []string{"Query", "QueryRow", "Exec", "Queue", "CopyFrom"}

// Sites finds the calls in the package in a directory, without its tests.
func Sites(t testing.TB, dir string) (sites []Site) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(function, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				if method, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(senders, method.Sel.Name) && len(call.Args) > 1 {
					site := Site{File: filepath.Base(name), Function: function.Name.Name}
					site.from, site.to = files.Position(method.Sel.Pos()).Line, files.Position(call.End()).Line
					if text, ok := call.Args[0].(*ast.BasicLit); ok && method.Sel.Name == "Queue" {
						site.SQL, _ = strconv.Unquote(text.Value) // the parser has read it
					}
					sites = append(sites, site)
				}
				return true
			})
		}
	}
	return sites
}

// Sent tells whether one of the statements comes from the call.
func (s Site) Sent(statements []Query) bool {
	return slices.ContainsFunc(statements, func(q Query) bool {
		if s.SQL != "" {
			return q.SQL == s.SQL
		}
		return q.File == s.File && s.from <= q.Line && q.Line <= s.to
	})
}
