package universe

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/federation"
)

func TestRandomIsAFunctionOfItsSeed(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Random(7, Everything()), Random(7, Everything())); diff != "" {
		t.Errorf("two universes of one seed differ:\n%s", diff)
	}
	if cmp.Equal(Random(7, Everything()).Subgraphs, Random(8, Everything()).Subgraphs) {
		t.Error("the universes of two seeds are equal")
	}
}

func TestRandomSubgraphsAreValidSchemas(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		for _, s := range Random(seed, Everything()).Subgraphs {
			if _, err := New(Subgraph{Name: s.Name, SDL: s.Sources[0].Text}); err != nil {
				t.Errorf("seed %d: %v\n%s", seed, err, s.Sources[0].Text)
			}
		}
	}
}

func TestRandomHasWhatOptionsAskFor(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(200) {
		for _, s := range Random(seed, Everything()).Subgraphs {
			document, err := federation.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			link, _ := document.Federation()
			for _, d := range document.AST.Definitions {
				seen[string(d.Kind)] = true
				lists := d.Directives
				for _, f := range d.Fields {
					lists = slices.Concat(lists, f.Directives)
				}
				for _, spec := range federation.Directives(link.Version) {
					if lists.ForName(link.DirectiveName(spec.Name)) != nil {
						seen["@"+spec.Name] = true
					}
				}
			}
		}
	}
	for _, want := range []string{
		"OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "SCALAR",
		"@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag",
		"@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@context",
	} {
		if !seen[want] {
			t.Errorf("no universe has %s", want)
		}
	}
}

func TestRandomHasLaterConstructsWhenAsked(t *testing.T) {
	t.Parallel()
	options := Everything()
	options.OverrideLabel, options.ComposeDirective, options.Federation1 = 100, 100, 30
	seen := map[string]bool{}
	for seed := range uint64(40) {
		for _, s := range Random(seed, options).Subgraphs {
			text := s.Sources[0].Text
			seen["label"] = seen["label"] || strings.Contains(text, ", label: ")
			seen["composeDirective"] = seen["composeDirective"] || strings.Contains(text, "composeDirective(")
			seen["federation 1"] = seen["federation 1"] || !strings.Contains(text, "@link")
			if _, err := New(Subgraph{Name: s.Name, SDL: text}); err != nil {
				t.Errorf("seed %d: %v\n%s", seed, err, text)
			}
		}
	}
	for _, want := range []string{"label", "composeDirective", "federation 1"} {
		if !seen[want] {
			t.Errorf("no universe has %s", want)
		}
	}
}

func TestMutateBreaksWhatItSays(t *testing.T) {
	t.Parallel()
	for _, code := range Codes() {
		done := false
		for seed := range uint64(100) {
			whole := Random(seed, Everything())
			broken, mutation, ok := MutateTo(code, seed, whole)
			if !ok {
				continue
			}
			done = true
			if mutation.Code != code || mutation.Place == "" || cmp.Equal(whole.Subgraphs, broken.Subgraphs) {
				t.Errorf("%s, seed %d: %+v", code, seed, mutation)
			}
			break
		}
		if !done {
			t.Errorf("%s: no universe of 100 has a place for it", code)
		}
	}
}
