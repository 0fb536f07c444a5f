package router

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/schema/universe"
)

// moving are two subgraphs between which fields move; a field's value names the
// one that was asked.
func moving() []universe.Subgraph {
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override", "@shareable"])` + "\n"
	asked := func(name string) universe.Object {
		return universe.Object{"id": "1", "named": name, "few": name, "many": name, "stays": name}
	}
	return []universe.Subgraph{
		{
			Name: "new",
			SDL: head + `type Item @key(fields: "id") {
  id: ID! @shareable
  named: String @override(from: "old", label: "named")
  few: String @override(from: "old", label: "percent(5)")
  many: String @override(from: "old", label: "percent(50.5)")
}`,
			Entities: map[string]func(map[string]any) (universe.Object, error){
				"Item": func(map[string]any) (universe.Object, error) { return asked("new"), nil },
			},
		},
		{
			Name:  "old",
			SDL:   head + `type Query { item: Item } type Item @key(fields: "id") { id: ID! @shareable named: String few: String many: String stays: String }`,
			Query: universe.Object{"item": asked("old")},
		},
	}
}

func TestLabelsAreSetAsConfigured(t *testing.T) {
	t.Parallel()
	const (
		allOld  = `{"data":{"item":{"named":"old","few":"old","many":"old"}}}`
		named   = `{"data":{"item":{"named":"new","few":"old","many":"old"}}}`
		halfway = `{"data":{"item":{"named":"old","few":"old","many":"new"}}}`
		chance  = `{"data":{"item":{"named":"old","few":"new","many":"new"}}}`
		allNew  = `{"data":{"item":{"named":"new","few":"new","many":"new"}}}`
	)
	i := newIssuer(t)
	admin := bearer(i.tokenWith(t, map[string]any{"scope": "labs admin", "moves": []string{"other", "named"}}))
	plain := bearer(i.tokenWith(t, map[string]any{"scope": "admin", "moves": 7}))
	with := func(header http.Header, name, value string) http.Header {
		out := header.Clone()
		if out == nil {
			out = http.Header{}
		}
		out.Set(name, value)
		return out
	}
	for _, tt := range []struct {
		name   string
		config OverrideConfig
		draw   float64
		header http.Header
		want   string
	}{
		{"none by default", OverrideConfig{}, 99, nil, allOld},
		{"nobody's header counts by default", OverrideConfig{}, 99, with(admin, "Override-Labels", "named"), allOld},
		{"a token's claim means nothing by default", OverrideConfig{}, 99, admin, allOld},
		{"by chance: just not", OverrideConfig{}, 50.5, nil, allOld},
		{"by chance: one", OverrideConfig{}, 50.49, nil, halfway},
		{"by chance: both", OverrideConfig{}, 4.9, nil, chance},
		{"by configuration", OverrideConfig{Labels: map[string]bool{"named": true, "gone": true}}, 99, nil, named},
		{"switched off in the configuration", OverrideConfig{Labels: map[string]bool{"named": false}}, 99, nil, allOld},
		{"by a claim", OverrideConfig{Claim: "moves"}, 99, admin, named},
		{"a claim that is no list", OverrideConfig{Claim: "moves"}, 99, plain, allOld},
		{"a claim without a token", OverrideConfig{Claim: "moves"}, 99, nil, allOld},
		{"by anybody's header", OverrideConfig{Header: OverrideHeaderConfig{Anyone: true}}, 99, with(nil, "Override-Labels", " nobodys ,named,percent(5), percent(50.5)"), allNew},
		{"by the header of those who have the scope", OverrideConfig{Header: OverrideHeaderConfig{Name: "x-try", Scopes: []string{"labs"}}}, 99, with(admin, "X-Try", "named"), named},
		{"not by the header of others", OverrideConfig{Header: OverrideHeaderConfig{Name: "x-try", Scopes: []string{"labs", "admin"}}}, 99, with(plain, "X-Try", "named"), allOld},
		{"all together", OverrideConfig{Claim: "moves", Header: OverrideHeaderConfig{Scopes: []string{"labs"}}}, 7, with(admin, "Override-Labels", "percent(5)"), allNew},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := serveSubgraphs(t, moving(), func(c *Config) {
				c.ProgressiveOverride = tt.config
				c.Authentication.Router.JWT = &auth.Config{JWKS: []auth.JWKS{{URL: i.url}}}
			})
			f.router.draw = func() float64 { return tt.draw }
			if a := f.send(t, "POST", "/graphql", `{"query":"{ item { named few many } }"}`, tt.header); a.Text != tt.want {
				t.Errorf("got %s, want %s", a.Text, tt.want)
			}
		})
	}
}

// An operation has a plan for each choice that it can meet, and for no others.
func TestLabelsMakeNoMorePlansThanNeeded(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), func(c *Config) { c.ProgressiveOverride.Header.Anyone = true })
	draw := 0
	f.router.draw = func() float64 { draw = (draw + 1) % 100; return float64(draw) }
	ask := func(query string) {
		for _, header := range []http.Header{nil, {"Override-Labels": {"named"}}, {"Override-Labels": {"nobodys"}}} {
			for range 100 {
				f.send(t, "POST", "/graphql", fmt.Sprintf(`{"query":%q}`, query), header)
			}
		}
	}
	count := 0
	for query, want := range map[string]int{
		"{ item { stays id } }":       1,
		"{ item { stays named } }":    2,
		"{ item { few many } }":       3, // not 4: who is among 5 percent is among 50
		"{ item { named few many } }": 6,
		"{ __typename }":              1,
	} {
		ask(query)
		n := f.router.graph.Load().plans.planned.Len()
		if n-count != want {
			t.Errorf("%s: %d plans, want %d", query, n-count, want)
		}
		count = n
	}
}

func TestConfigRefusesOverridesThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]OverrideConfig{
		"progressive_override.labels.percent(5): requests set it by chance, as the label says: change the label": {Labels: map[string]bool{"percent(5)": true}},
		"progressive_override.claim: tokens are not checked without authentication.router.jwt":                   {Claim: "moves"},
		"progressive_override.header.scopes: tokens are not checked without authentication.router.jwt":           {Header: OverrideHeaderConfig{Scopes: []string{"x"}}},
		`progressive_override.header.name: "a b" is no name of a header`:                                         {Header: OverrideHeaderConfig{Name: "a b"}},
		"progressive_override.header.name: Weft-X: clients cannot send headers that begin with Weft-":            {Header: OverrideHeaderConfig{Name: "Weft-X"}},
	} {
		err := (Config{ProgressiveOverride: config}).WithDefaults().validate(nil)
		if err == nil {
			t.Errorf("no error, want %s", want)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Error(diff)
		}
	}
	both := Config{ProgressiveOverride: OverrideConfig{Header: OverrideHeaderConfig{Scopes: []string{"x"}, Anyone: true}}}
	both.Authentication.Router.JWT = &auth.Config{JWKS: []auth.JWKS{{URL: "http://issuer.test"}}}
	if err := both.WithDefaults().validate(nil); err == nil || !strings.Contains(err.Error(), "header.scopes: scopes are no condition") {
		t.Errorf("got %v", err)
	}
}

func TestPercentage(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]float64{
		"percent(0)": 0, "percent(100)": 100, "percent(0.00000001)": 0.00000001,
		"percent": -1, "percent()": -1, "percent(101)": -1, "percent(-1)": -1, "percent(NaN)": -1, "percent(5": -1, "named": -1,
	} {
		share, ok := percentage(label)
		if ok != (want >= 0) || ok && share != want {
			t.Errorf("%s: got %v, %t", label, share, ok)
		}
	}
}

func TestAConfiguredLabelThatIsGoneIsNoticed(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), func(c *Config) {
		c.ProgressiveOverride.Labels = map[string]bool{"gone": true, "off": false, "named": true}
	})
	if text := f.log.String(); strings.Count(text, "no field of the supergraph has the label") != 1 || !strings.Contains(text, `"label":"gone"`) {
		t.Errorf("the log is %s", text)
	}
}

// tokenWith is a token with claims of the caller's choice.
func (i *issuer) tokenWith(t *testing.T, more map[string]any) string {
	t.Helper()
	claims := map[string]any{"sub": "usr_1", "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range more {
		claims[name] = value
	}
	return i.sign(t, claims)
}
