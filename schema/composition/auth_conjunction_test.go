package composition_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

func TestCompose_refusesDemandsWithTooManyAlternatives(t *testing.T) {
	t.Parallel()
	subgraph := func(name string) federation.Subgraph {
		scopes := make([]string, 40)
		for i := range scopes {
			scopes[i] = fmt.Sprintf("[%q]", fmt.Sprint(name, i))
		}
		return federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name + ".graphqls", Text: `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable", "@requiresScopes"])
type Query { a: Int @shareable @requiresScopes(scopes: [` + strings.Join(scopes, ", ") + `]) }`}}}
	}
	_, err := compose([]federation.Subgraph{subgraph("a"), subgraph("b")})
	var list composition.Errors
	if !errors.As(err, &list) || len(list) != 1 || list[0].Code != composition.CodeUnsupportedFeature || len(list[0].Locations) != 2 {
		t.Errorf("got %v, want one UNSUPPORTED_FEATURE with two places", err)
	}
	if _, err := compose([]federation.Subgraph{subgraph("a")}); err != nil {
		t.Errorf("one subgraph alone: %v", err)
	}
}
