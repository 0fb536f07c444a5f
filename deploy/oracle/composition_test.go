package oracle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

var (
	universes = flag.Int("universes", 60, "how many random universes TestComposition composes")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first universe")
	shrink    = flag.Bool("shrink", false, "make the universes that are kept as small as possible")
	keep      = flag.String("keep", "", "a directory for the universes that differ")
)

// verdict is how one universe came out in both.
type verdict struct {
	seed        uint64
	class       string // what differs; empty if nothing does
	detail      string
	codes       []string // Apollo's
	mutation    universe.Mutation
	unsupported bool
	composed    bool // by both
}

func TestComposition(t *testing.T) {
	t.Parallel()
	apollo, err := Start(t.Context())
	if errors.Is(err, ErrNotInstalled) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apollo.Close() })

	counts, raised, caused := map[string]int{}, map[string]int{}, map[string]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*universes); seed++ {
		v, u := judge(t, apollo, seed)
		counts["universes"]++
		for _, code := range v.codes {
			raised[code]++
			if code == v.mutation.Code {
				caused[code]++
			}
		}
		if v.mutation.Code != "" && !slices.Contains(v.codes, v.mutation.Code) {
			counts["mutations with another code: "+v.mutation.Code]++
		}
		switch {
		case v.unsupported:
			counts["skipped: unsupported by us"]++
		case v.class == "" && v.composed:
			counts["equal: composed"]++
		case v.class == "":
			counts["equal: refused"]++
		default:
			reason := explain(v)
			if reason == "" {
				t.Errorf("seed %d: %s\n%s", v.seed, v.class, v.detail)
				counts["DIFFERENT: "+v.class]++
				keepUniverse(t, apollo, u, v)
			} else {
				counts["deviation: "+reason]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[name], name)
	}
	for _, code := range universe.Codes() {
		t.Logf("%6d times %s, %d of them by a mutation", raised[code], code, caused[code])
	}
}

// judge composes one universe with both. Every third one is broken.
func judge(t *testing.T, apollo *Oracle, seed uint64) (verdict, universe.Universe) {
	t.Helper()
	u := universe.Random(seed, universe.Everything())
	var mutation universe.Mutation
	if seed%3 == 0 {
		u, mutation = universe.Mutate(seed/3, u)
	}
	v := judgeUniverse(t, apollo, u)
	v.seed, v.mutation = seed, mutation
	return v, u
}

func judgeUniverse(t *testing.T, apollo *Oracle, u universe.Universe) (v verdict) {
	t.Helper()
	theirs, err := apollo.Compose(t.Context(), u.Subgraphs)
	if crash := (*CrashError)(nil); errors.As(err, &crash) {
		_, err = composition.Compose(t.Context(), u.Subgraphs, composition.Options{})
		v.class = fmt.Sprintf("Apollo throws, ours %v", slices.Sorted(maps.Keys(codes(err))))
		v.detail = crash.Stack
		return v
	} else if err != nil {
		t.Fatal(err)
	}
	ours, err := composition.Compose(t.Context(), u.Subgraphs, composition.Options{})
	compare(&v, theirs, ours, err)
	if v.class == "codes: Apollo [SATISFIABILITY_ERROR], ours []" && contradicts(t, apollo, u) {
		v.class += ", with keys in another order Apollo composes"
	}
	return v
}

// compare fills the verdict.
func compare(v *verdict, theirs Composition, ours composition.Result, err error) {
	if err != nil && errors.Is(err, context.Canceled) {
		v.class = "cancelled"
		return
	}
	ourCodes, theirCodes := codes(err), map[string]bool{}
	for _, p := range theirs.Errors {
		theirCodes[p.Code] = true
	}
	v.codes = slices.Sorted(maps.Keys(theirCodes))
	if ourCodes["UNSUPPORTED_FEATURE"] {
		v.unsupported = true
		return
	}
	if !maps.Equal(ourCodes, theirCodes) {
		v.class = fmt.Sprintf("codes: Apollo %v, ours %v", v.codes, slices.Sorted(maps.Keys(ourCodes)))
		for _, p := range theirs.Errors {
			v.detail += fmt.Sprintf("- %s %s\n", p.Code, p.Message)
		}
		if err != nil {
			v.detail += "+ " + err.Error()
		}
		return
	}
	if len(theirCodes) > 0 {
		return
	}
	v.composed = true
	if difference, err := difference(theirs.Supergraph, ours.Supergraph); err != nil || !difference.Empty() {
		v.class, v.detail = "supergraph", fmt.Sprint(difference, errorText(err))
		return
	}
	api, err := apiSchema(ours.Supergraph)
	if err != nil {
		v.class, v.detail = "API schema", err.Error()
		return
	}
	if difference, err := difference(theirs.API, api); err != nil || !difference.Empty() {
		v.class, v.detail = "API schema", fmt.Sprint(difference, errorText(err))
		return
	}
	if difference := Compare(theirHints(theirs), ourHints(ours)); !difference.Empty() {
		v.class, v.detail = "hints", difference.String()
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func codes(err error) map[string]bool {
	set := map[string]bool{}
	var list composition.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			set[string(e.Code)] = true
		}
	} else if err != nil {
		set[err.Error()] = true
	}
	return set
}

func difference(theirs, ours string) (Difference, error) {
	a, err := Canonical(theirs)
	if err != nil {
		return Difference{}, err
	}
	b, err := Canonical(ours)
	if err != nil {
		return Difference{}, err
	}
	return Compare(a, b), nil
}

// apiSchema writes the API schema as Apollo prints it: without what GraphQL
// itself defines.
func apiSchema(sdl string) (string, error) {
	s, err := supergraph.Parse("supergraph", sdl)
	if err != nil {
		return "", err
	}
	document := &ast.SchemaDocument{}
	for _, name := range slices.Sorted(maps.Keys(s.API.Types)) {
		if d := s.API.Types[name]; !d.BuiltIn {
			c := *d
			c.Fields = slices.DeleteFunc(slices.Clone(d.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
			document.Definitions = append(document.Definitions, &c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.API.Directives)) {
		if d := s.API.Directives[name]; d.Position == nil || d.Position.Src == nil || !d.Position.Src.BuiltIn {
			document.Directives = append(document.Directives, d)
		}
	}
	var text strings.Builder
	formatter.NewFormatter(&text).FormatSchemaDocument(document)
	return text.String(), nil
}

func theirHints(c Composition) (lines []string) {
	for _, h := range c.Hints {
		lines = append(lines, h.Code+" "+h.Coordinate)
	}
	slices.Sort(lines)
	return lines
}

func ourHints(r composition.Result) (lines []string) {
	for _, h := range r.Hints {
		if h.Code == composition.HintMergedDirectiveArguments {
			h.Coordinate = "" // Apollo tells none
		}
		lines = append(lines, string(h.Code)+" "+h.Coordinate)
	}
	slices.Sort(lines)
	return lines
}

// keepUniverse writes a universe that differs to the directory of -keep.
func keepUniverse(t *testing.T, apollo *Oracle, u universe.Universe, v verdict) {
	t.Helper()
	if *keep == "" {
		return
	}
	if *shrink {
		u = universe.Shrink(u, func(u universe.Universe) bool { return judgeUniverse(t, apollo, u).class == v.class })
		v.detail = judgeUniverse(t, apollo, u).detail
	}
	text := fmt.Sprintf("# seed %d: %s\n# %+v\n%s\n", v.seed, v.class, v.mutation, v.detail)
	for _, s := range u.Subgraphs {
		text += fmt.Sprintf("-- %s.graphqls --\n%s", s.Name, s.Sources[0].Text)
	}
	if err := os.WriteFile(filepath.Join(*keep, fmt.Sprintf("%d.txtar", v.seed)), []byte(text), 0o600); err != nil {
		t.Error(err)
	}
}
