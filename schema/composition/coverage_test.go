package composition_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// machinery are the files of the package that hold no rule, and what they hold.
var machinery = map[string]string{
	"codes.go": "the codes", "hint.go": "the hints", "error.go": "the errors", "doc.go": "what the package is",
	"compose.go": "the steps", "each.go": "work on subgraphs side by side", "document.go": "the supergraph as a document", "validate.go": "the list of rules for one subgraph", "graphql.go": "the list of GraphQL's rules",
	"element.go": "the elements of schemas", "value.go": "comparing values", "group.go": "who agrees, in messages",
	"field_set.go": "what @key, @requires and @provides have in common",
	"print.go":     "writing SDL", "join_specification.go": "the definitions of join",
	"satisfiability_state.go": "the walk's states", "satisfiability_reason.go": "its messages", "satisfiability_witness.go": "its examples",
}

// covered is what the golden cases show.
type covered struct {
	rules  map[string]string // to the case that says so
	errors string            // the lines of all errors
	hints  string
}

func coverage(cases []goldenCase) covered {
	c := covered{rules: map[string]string{}}
	for _, one := range cases {
		for _, rule := range one.rules {
			c.rules[rule] = one.path
		}
		c.errors += "\n" + one.section("errors")
		c.hints += one.section("hints")
	}
	return c
}

// gaps lists what the golden cases lack: a file's rule, a code, a hint, or the
// file of a rule that they name.
func (c covered) gaps(sources map[string]string, codes, hints []string) (gaps []string) {
	for rule, path := range c.rules {
		if _, ok := sources[rule]; !ok {
			gaps = append(gaps, path+" shows the rule "+rule+", which is no file of this package")
		}
	}
	for file, text := range sources {
		switch ruled := strings.Contains(text, "\n// Rule: "); {
		case !ruled && machinery[file] == "":
			gaps = append(gaps, file+` states no rule ("// Rule: ") and is not listed as machinery`)
		case ruled && c.rules[file] == "":
			gaps = append(gaps, "no case in testdata shows the rule of "+file)
		}
	}
	for _, code := range codes {
		if !strings.Contains(c.errors, "\n"+code+": ") {
			gaps = append(gaps, "no case in testdata raises "+code)
		}
	}
	for _, code := range hints {
		if !strings.Contains(c.hints, " "+code+" ") {
			gaps = append(gaps, "no case in testdata gives the hint "+code)
		}
	}
	slices.Sort(gaps)
	return gaps
}

// ruleFiles returns the package's files with their texts.
func ruleFiles(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = string(text)
	}
	return files
}

// declared lists the values of the constants of a file, all of which have to be
// of one type of strings.
func declared(t *testing.T, file, typ string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name, ok := spec.Type.(*ast.Ident)
		if ok && name.Name == "Level" && typ == "HintCode" {
			return true // the hints' levels
		}
		if !ok || name.Name != typ || len(spec.Values) != 1 {
			t.Errorf("%s: %s is no %s with a value", file, spec.Names[0], typ)
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		return true
	})
	if len(values) < 20 {
		t.Fatalf("%s declares only %d constants of type %s", file, len(values), typ)
	}
	return values
}

func TestCompose_everyRuleCodeAndHintHasACase(t *testing.T) {
	t.Parallel()
	sources, codes, hints := ruleFiles(t), declared(t, "codes.go", "Code"), declared(t, "hint.go", "HintCode")
	cases := goldenCases(t)
	for _, gap := range coverage(cases).gaps(sources, codes, hints) {
		t.Error(gap)
	}
	t.Logf("%d cases show the rules of %d files, %d codes and %d hints", len(cases), len(sources)-len(machinery), len(codes), len(hints))
}

// The test above must notice what is missing.
func TestCoverageSeesGaps(t *testing.T) {
	t.Parallel()
	c := covered{
		rules:  map[string]string{"shown.go": "a.txtar", "gone.go": "b.txtar"},
		errors: "\nRAISED: it mentions NOT_RAISED: here\nRAISED_ELSE: x",
		hints:  "WARN GIVEN T.f: not NOT_GIVEN\n",
	}
	sources := map[string]string{
		"shown.go": "package x\n\n// Rule: a\n", "hidden.go": "package x\n\n// Rule: b\n", "mute.go": "package x\n", "doc.go": "package x\n",
	}
	want := []string{
		"b.txtar shows the rule gone.go, which is no file of this package",
		`mute.go states no rule ("// Rule: ") and is not listed as machinery`,
		"no case in testdata gives the hint NOT_GIVEN",
		"no case in testdata raises NOT_RAISED",
		"no case in testdata shows the rule of hidden.go",
	}
	if diff := gocmp.Diff(want, c.gaps(sources, []string{"RAISED", "RAISED_ELSE", "NOT_RAISED"}, []string{"GIVEN", "NOT_GIVEN"})); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// TestCodesAreThePublicOnes compares the codes and hints with the lists in
// testdata, which say of each that composition does not raise, why.
func TestCodesAreThePublicOnes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ list, file, typ string }{
		{"testdata/codes.txt", "codes.go", "Code"},
		{"testdata/hints.txt", "hint.go", "HintCode"},
	} {
		text, err := os.ReadFile(tt.list)
		if err != nil {
			t.Fatal(err)
		}
		for _, difference := range compareCodes(string(text), declared(t, tt.file, tt.typ)) {
			t.Errorf("%s and %s: %s", tt.list, tt.file, difference)
		}
	}
}

// compareCodes compares a list, a line "CODE" or "CODE not here: why" each, with
// the codes that are declared.
func compareCodes(list string, declared []string) (differences []string) {
	listed := map[string]bool{}
	for line := range strings.Lines(list) {
		code, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if code == "" || strings.HasPrefix(line, "#") {
			continue
		}
		listed[code] = true
		why, elsewhere := strings.CutPrefix(rest, "not here:")
		switch here := slices.Contains(declared, code); {
		case elsewhere && why == "":
			differences = append(differences, code+" is not here, without a reason")
		case elsewhere && here:
			differences = append(differences, code+" is declared, though the list says why not")
		case !elsewhere && !here:
			differences = append(differences, code+" is not declared")
		}
	}
	for _, code := range declared {
		if !listed[code] {
			differences = append(differences, fmt.Sprintf("%s is no public code: the list lacks it", code))
		}
	}
	return differences
}

func TestCompareCodes(t *testing.T) {
	t.Parallel()
	got := compareCodes("# public\nA\nB\nC not here: the reader raises it\nD not here: \nE not here: later\n", []string{"A", "E", "F"})
	want := []string{
		"B is not declared",
		"D is not here, without a reason",
		"E is declared, though the list says why not",
		"F is no public code: the list lacks it",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}
