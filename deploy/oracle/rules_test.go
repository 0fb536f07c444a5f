package oracle

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain prints after a run with -coverprofile, as `make oracle-compose` has it,
// how often the universes met each rule of composition, and fails a long one that
// met a rule too seldom.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if profile := flag.Lookup("test.coverprofile"); profile != nil && profile.Value.String() != "" {
		met, err := readRules(filepath.Join("..", "..", "schema", "composition"), profile.Value.String())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if seldom := printRules(met); len(seldom) > 0 && *universes >= longRun {
			code = 1
		}
	}
	os.Exit(code)
}

// unmet are rules that universes do not meet, with the reason.
var unmet = map[string]string{
	"unsupported.go":           "out of reach: it refuses by name what Apollo composes",
	"interface_object_cost.go": "out of reach: Apollo throws there, while it takes its supergraph apart",
}

// printRules returns those that were met too seldom.
func printRules(met map[string]int) (seldom []string) {
	fmt.Println("\nhow often each rule (file of schema/composition) raised an error or hint or, if it has none, applied")
	for _, file := range slices.Sorted(maps.Keys(met)) {
		if reason := unmet[file]; reason != "" {
			fmt.Printf("%9d %s: %s\n", met[file], file, reason)
			continue
		}
		fmt.Printf("%9d %s\n", met[file], file)
		if met[file] < enough {
			seldom = append(seldom, fmt.Sprintf("%s (%d)", file, met[file]))
		}
	}
	fmt.Printf("\n%d rules; required but under %d: %s\n", len(met), enough, strings.Join(seldom, ", "))
	return seldom
}

// readRules returns how often the decisive statements of each file with a rule ran.
func readRules(directory, profile string) (map[string]int, error) {
	blocks, err := readProfile(profile)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("oracle: no files in %s: %w", directory, err)
	}
	met := map[string]int{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") || !strings.Contains(string(text), "\n// Rule: ") {
			continue
		}
		places, err := decisive(path, text)
		if err != nil {
			return nil, err
		}
		met[name] = 0
		for _, b := range blocks[name] {
			if slices.ContainsFunc(places, b.contains) {
				met[name] += b.count
			}
		}
	}
	return met, nil
}

// place is a line and column.
type place struct{ line, column int }

func (p place) before(o place) bool {
	return p.line < o.line || p.line == o.line && p.column < o.column
}

// block is statements that run one after the other, and how often they did.
type block struct {
	start, end place
	count      int
}

func (b block) contains(p place) bool { return !p.before(b.start) && p.before(b.end) }

// readProfile reads a profile of go test: "path/file.go:1.2,3.4 statements count".
func readProfile(path string) (map[string][]block, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("oracle: coverage: %w", err)
	}
	defer file.Close()
	blocks := map[string][]block{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, rest, found := strings.Cut(lines.Text(), ".go:")
		var b block
		var statements int
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.start.line, &b.start.column, &b.end.line, &b.end.column, &statements, &b.count); found && err == nil {
			name = filepath.Base(name) + ".go"
			blocks[name] = append(blocks[name], b)
		}
	}
	return blocks, nil
}

// decisive returns where a file raises errors and hints. If it does nowhere, that
// is the most deeply nested statements of the functions with its rules, which run
// when everything around them holds; if its rule is of a type, those of its
// methods that are nested least.
func decisive(path string, text []byte) (places []place, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	at := func(n ast.Node) place {
		p := set.Position(n.Pos())
		return place{p.Line, p.Column}
	}
	var innermost, outermost []place
	for _, d := range file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(function, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"fail", "hint", "invalid", "failSet"}, s.Sel.Name) {
					places = append(places, at(n))
				}
			}
			return true
		})
		for _, statement := range function.Body.List {
			outermost = append(outermost, at(statement))
		}
		if strings.Contains(function.Doc.Text(), "Rule: ") {
			for _, n := range deepest(function.Body) {
				innermost = append(innermost, at(n))
			}
		}
	}
	switch {
	case len(places) > 0:
		return places, nil
	case len(innermost) > 0:
		return innermost, nil
	}
	return outermost, nil
}

// deepest returns the statements of a body that are nested most, those that
// return aside.
func deepest(body *ast.BlockStmt) (statements []ast.Node) {
	most, depth := 0, 0
	var open []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			if nests(open[len(open)-1]) {
				depth--
			}
			open = open[:len(open)-1]
			return true
		}
		open = append(open, n)
		if nests(n) {
			depth++
		}
		_, returns := n.(*ast.ReturnStmt) // what returns early is no case of the rule
		if _, statement := n.(ast.Stmt); statement && !returns && !nests(n) && depth >= most {
			if depth > most {
				most, statements = depth, nil
			}
			statements = append(statements, n)
		}
		return true
	})
	return statements
}

func nests(n ast.Node) bool {
	switch n.(type) {
	case *ast.BlockStmt, *ast.CaseClause:
		return true
	}
	return false
}
