package router

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/weftql/weft/router/internal/plan"
)

// apolloPlan is a plan in a response's extensions as Apollo Router shows it,
// under "apolloQueryPlan": its tools read it.
type apolloPlan struct {
	Object json.RawMessage `json:"object"`
	Text   string          `json:"text"`
}

// fetchesExtension is what Apollo's form does not say, under "queryPlan".
type fetchesExtension struct {
	// Fetches are the plan's requests with what each waits for, which a tree of
	// sequences and parallels cannot say.
	Fetches []fetchExtension `json:"fetches"`
	// Labels are the labels of progressive overrides that the request sets, among
	// those that the plan depends on.
	Labels []string `json:"overrideLabels,omitempty"`
	// Work is how many choices planning looked at; Exhausted says that it stopped
	// there, and that there may be a plan with fewer requests.
	Work      int  `json:"work"`
	Exhausted bool `json:"exhausted,omitempty"`
}

type fetchExtension struct {
	ID        int      `json:"id"`
	Kind      string   `json:"kind"`
	Service   string   `json:"service,omitempty"`
	Paths     []string `json:"paths,omitempty"` // of the entities that are looked up
	Operation string   `json:"operation"`
	Variables []string `json:"variableUsages,omitempty"`
	DependsOn []int    `json:"dependsOn"`
}

// extensions returns the response's extensions: the plan if it is to be shown,
// else nil.
func (p *planned) extensions(g *graph, show exposure) ([]byte, error) {
	if show == hidden {
		return nil, nil
	}
	names := namesOf(g.supergraph)
	object, err := p.plan.JSON(names)
	if err != nil {
		return nil, err
	}
	fetches := fetchesExtension{Fetches: []fetchExtension{}, Labels: p.labels, Work: p.plan.Stats.Work, Exhausted: p.plan.Stats.Exhausted}
	for _, fetch := range p.plan.Fetches {
		fetches.Fetches = append(fetches.Fetches, g.describe(p.plan, fetch))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // the text is full of arrows
	if err := encoder.Encode(map[string]any{
		"apolloQueryPlan": apolloPlan{Object: object, Text: p.plan.Text(names)}, "queryPlan": fetches,
	}); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func (g *graph) describe(p *plan.Plan, fetch *plan.Fetch) fetchExtension {
	described := fetchExtension{
		ID: fetch.ID, Kind: "root", Operation: fetch.Text, Variables: fetch.Variables, DependsOn: fetch.DependsOn,
	}
	if described.DependsOn == nil {
		described.DependsOn = []int{}
	}
	switch fetch.Kind {
	case plan.IntrospectionFetch:
		described.Kind = "introspection"
		return described
	case plan.ReentryFetch:
		described.Kind, described.Paths = "reentry", []string{strings.Join(p.Positions[fetch.Position].Path, ".")}
	case plan.EntityFetch:
		described.Kind = "entities"
		for _, lookup := range fetch.Entities {
			for _, target := range lookup.Targets {
				described.Paths = append(described.Paths, strings.Join(p.Positions[target.Position].Path, "."))
			}
		}
	}
	described.Service = g.supergraph.Subgraphs[fetch.Subgraph].Name
	return described
}
