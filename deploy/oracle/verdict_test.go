package oracle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// aspect is what the two are compared in.
type aspect int

const (
	outcome      aspect = iota // success or failure
	codeSets                   // of two failures
	supergraphs                // of two successes, as the rest
	apiSchemas                 //
	hintSets                   // by code and coordinate
	contracts                  // the API schema of one
	aspectsCount               //
)

func (a aspect) String() string {
	return [...]string{"success or failure", "code sets", "supergraph", "API schema", "hints", "API of a contract"}[a]
}

// verdict is how one universe came out in both.
type verdict struct {
	seed        uint64
	class       string // the first that differs; empty if nothing does
	detail      string
	codes       []string // Apollo's, each once
	hints       []string // codes of Apollo's, each once
	mutation    universe.Mutation
	unsupported bool
	slow        bool // Apollo needed too long
	composed    bool // by both
	compared    [aspectsCount]bool
	differs     [aspectsCount]bool
}

// patience is how long Apollo may take for one universe. A few take minutes.
const patience = 10 * time.Second

// limits bound the work of both.
type limits struct{ paths, states int }

func judgeUniverse(t *testing.T, apollo *Oracle, u universe.Universe, bounds ...limits) (v verdict) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	bound := append(bounds, limits{})[0]
	theirs, err := apollo.ComposeWithin(ctx, u.Subgraphs, bound.paths)
	if errors.Is(err, context.DeadlineExceeded) {
		return verdict{slow: true}
	}
	options := composition.Options{MaximumStates: bound.states}
	ours, ourErr := composition.Compose(t.Context(), u.Subgraphs, options)
	if crash := (*CrashError)(nil); errors.As(err, &crash) {
		v.compared[outcome], v.differs[outcome] = true, true
		v.class = fmt.Sprintf("Apollo throws, ours %v", slices.Sorted(maps.Keys(codes(ourErr))))
		v.detail = crash.Stack
		return v
	} else if err != nil {
		v.class = err.Error() // the oracle itself
		return v
	}
	compare(&v, theirs, ours, ourErr)
	if v.composed {
		v.compareContract(ctx, apollo, ours.Supergraph)
	}
	asking, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	v.ask(asking, t, apollo, u, theirs, ours, ourErr)
	if v.class != "" && asking.Err() != nil {
		return verdict{slow: true}
	}
	return v
}

// plannerAgrees ends the class of a difference that Apollo's planner settles.
const plannerAgrees = ", Apollo's planner agrees with ours"

// ask lets Apollo's planner judge where only one of the two calls an operation
// unsatisfiable.
func (v *verdict) ask(ctx context.Context, t *testing.T, apollo *Oracle, u universe.Universe, theirs Composition, ours composition.Result, err error) {
	t.Helper()
	agrees := false
	switch v.class {
	case "codes: Apollo [SATISFIABILITY_ERROR], ours []":
		agrees = plannedAfterAll(ctx, t, apollo, theirs, ours)
	case "codes: Apollo [], ours [SATISFIABILITY_ERROR]":
		agrees = notPlannedEither(ctx, t, apollo, theirs, err)
	case "codes: Apollo [SATISFIABILITY_ERROR SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES], ours [SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES]":
		agrees = plannedWithoutMismatch(t, apollo, u, err)
	}
	if agrees {
		v.class += plannerAgrees
	}
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
	for _, h := range theirs.Hints {
		v.hints = append(v.hints, h.Code)
	}
	slices.Sort(v.hints)
	v.hints = slices.Compact(v.hints)
	if ourCodes["UNSUPPORTED_FEATURE"] {
		v.unsupported = true
		return
	}
	v.compared[outcome] = true
	v.compared[codeSets] = len(theirCodes) > 0 && len(ourCodes) > 0
	if !maps.Equal(ourCodes, theirCodes) {
		v.differs[outcome] = len(theirCodes) == 0 || len(ourCodes) == 0
		v.differs[codeSets] = !v.differs[outcome]
		v.class = fmt.Sprintf("codes: Apollo %v, ours %v", v.codes, slices.Sorted(maps.Keys(ourCodes)))
		for _, p := range theirs.Errors {
			v.detail += fmt.Sprintf("- %s %s\n", p.Code, p.Message)
		}
		if err != nil {
			v.detail += "+ " + err.Error()
		}
		return
	}
	if len(theirCodes) == 0 {
		v.composed = true
		v.compareSchemas(theirs, ours)
	}
}

// note enters how two compare in one aspect.
func (v *verdict) note(a aspect, difference Difference, err error) {
	v.compared[a] = true
	if err == nil && difference.Empty() {
		return
	}
	v.differs[a] = true
	if v.class == "" {
		v.class = a.String()
	}
	v.detail += difference.String()
	if err != nil {
		v.detail += err.Error()
	}
}

// compareContract compares the API schemas that both read from a contract of ours,
// if the universe allows that contract: Apollo's packages make none.
func (v *verdict) compareContract(ctx context.Context, apollo *Oracle, sdl string) {
	contract, err := supergraph.Contract("contract", sdl, supergraph.ContractFilter{Exclude: []string{"internal"}})
	if err != nil || contract == sdl {
		return // the rest would be no schema, or everything, or it has connectors
	}
	theirs, err := apollo.API(ctx, contract)
	if errors.Is(err, context.DeadlineExceeded) {
		return // on a busy machine composition alone may use the time up
	} else if err != nil {
		v.note(contracts, Difference{}, err)
		return
	}
	ours, err := apiSchema(contract)
	if err != nil {
		v.note(contracts, Difference{}, err)
		return
	}
	d, err := difference(theirs, ours)
	v.note(contracts, d, err)
}

// compareSchemas compares what two successes give.
func (v *verdict) compareSchemas(theirs Composition, ours composition.Result) {
	d, err := difference(theirs.Supergraph, ours.Supergraph)
	v.note(supergraphs, d, err)
	api, err := apiSchema(ours.Supergraph)
	if err == nil {
		d, err = difference(theirs.API, api)
	}
	if err == nil || !strings.Contains(err.Error(), "UNSUPPORTED_LINKED_FEATURE") { // connectors, which our reader refuses
		v.note(apiSchemas, d, err)
	}
	v.note(hintSets, Compare(theirHints(theirs), ourHints(ours)), nil)
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
