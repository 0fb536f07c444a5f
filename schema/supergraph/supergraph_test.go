package supergraph_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/supergraph"
)

func readFeatures(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/features.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestParseReadsJoinData(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("features.graphqls", readFeatures(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]supergraph.Subgraph{{Graph: "A", Name: "a", URL: "http://a"}, {Graph: "B", Name: "b", URL: "http://b"}}, s.Subgraphs); diff != "" {
		t.Error(diff)
	}
	want := strings.TrimSpace(`
I in A
  I.id A:ID! | I.n A:Int
K in A
  K.a A:Int | K.b A:Int
Query in A B
  Query.q A:[T] | Query.u A:U | Query.i A:I | Query.s A:S B:S
S in A<I> B
  S.id A:ID! B:ID! | S.n A:Int B:Int | S.t A:T provides(f0)
T in A key(id) key(k { a b }) B key(id)
  T.id A:ID! B:ID! | T.k A:K | T.f0 A:Int external B:Int | T.r0 A:Int requires(f0) B:Int external | T.o A:Int | T.r1 B:Int requires(r0)
U in A{T K} B{T}
  `)
	if diff := cmp.Diff(want, strings.TrimSpace(describe(s))); diff != "" {
		t.Error(diff)
	}
}

// describe prints the join data, a type a line.
func describe(s *supergraph.Supergraph) string {
	var b strings.Builder
	for _, t := range s.Types {
		fmt.Fprintf(&b, "%s in", t.Definition.Name)
		for _, j := range t.Joins {
			b.WriteString(" " + s.Subgraphs[j.Graph].Graph)
			if len(j.Interfaces) > 0 {
				b.WriteString("<" + strings.Join(j.Interfaces, " ") + ">")
			}
			if len(j.Members) > 0 {
				b.WriteString("{" + strings.Join(j.Members, " ") + "}")
			}
			for _, k := range j.Keys {
				fmt.Fprintf(&b, " key(%s)", k.Fields)
			}
		}
		b.WriteString("\n")
		for i, f := range t.Fields {
			b.WriteString([]string{"  ", " | "}[min(i, 1)] + t.Definition.Name + "." + f.Definition.Name)
			for _, j := range f.Joins {
				fmt.Fprintf(&b, " %s:%s", s.Subgraphs[j.Graph].Graph, j.Type)
				if j.External {
					b.WriteString(" external")
				}
				if j.Requires != nil {
					fmt.Fprintf(&b, " requires(%s)", j.Requires)
				}
				if j.Provides != nil {
					fmt.Fprintf(&b, " provides(%s)", j.Provides)
				}
			}
		}
		if len(t.Fields) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestSchemaHasNoMachineryAndAPINothingHidden(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("features.graphqls", readFeatures(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []*ast.Schema{s.Schema, s.API} {
		for name := range schema.Types {
			if strings.HasPrefix(name, "join__") || strings.HasPrefix(name, "link__") {
				t.Errorf("type %s is left", name)
			}
		}
		for name := range schema.Directives {
			if strings.HasPrefix(name, "join__") || name == "link" {
				t.Errorf("directive @%s is left", name)
			}
		}
	}
	if s.Schema.Directives["tag"] == nil || s.Schema.Types["S"].Fields.ForName("id") == nil || s.Schema.Types["E"].EnumValues.ForName("B") == nil {
		t.Error("Schema must keep @tag and inaccessible elements")
	}
	if s.API.Directives["tag"] != nil || s.API.Directives["inaccessible"] != nil || s.API.Types["S"].Fields.ForName("id") != nil || s.API.Types["E"].EnumValues.ForName("B") != nil {
		t.Error("API must not show @tag and inaccessible elements")
	}
	if s.API.Types["I"].Fields.ForName("n") == nil || s.API.Types["U"] == nil {
		t.Error("API lost something that is accessible")
	}
}

const head = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) %s { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
`

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, link, body, want string }{
		{"syntax errors", "", "type Query {", "x:3:13: INVALID_GRAPHQL: syntax error: expected a name, found the end of the file"},
		{"undefined types", "", "type Query @join__type(graph: A) { a: Nope }", "x:3:39: INVALID_GRAPHQL: Undefined type Nope."},
		{"unknown graphs", "", "type Query @join__type(graph: C) { a: Int }", "x:3:13: INVALID_FEDERATION_SUPERGRAPH: @join__type(graph: C): join__Graph has no such value\n" +
			`x:3:6: INVALID_FEDERATION_SUPERGRAPH: type "Query" has no @join__type: no subgraph defines it`},
		{"types that no subgraph has", "", "type Query { a: Int }", `x:3:6: INVALID_FEDERATION_SUPERGRAPH: type "Query" has no @join__type: no subgraph defines it`},
		{"malformed keys", "", `type Query @join__type(graph: A, key: "a {") { a: Int }`, `x:3:13: INVALID_FEDERATION_SUPERGRAPH: @join__type(key:): field set "a {": expected at least one definition, found }`},
		{"malformed types", "", `type Query @join__type(graph: A) { a: Int @join__field(graph: A, type: "[Int") }`, `x:3:44: INVALID_FEDERATION_SUPERGRAPH: @join__field(type:): type "[Int": a bracket is not closed`},
		{"interface objects that are no interface", "", `type Query @join__type(graph: A, isInterfaceObject: true) { a: Int }`, `x:3:13: INVALID_FEDERATION_SUPERGRAPH: @join__type(isInterfaceObject: true) on "Query", which is no interface`},
		{
			"unknown features of execution", `@link(url: "https://example.com/turbo/v2.1", as: "t", for: EXECUTION)`, `type Query @join__type(graph: A) { a: Int }`,
			"x:1:123: UNSUPPORTED_LINKED_FEATURE: the supergraph links https://example.com/turbo/v2.1 for EXECUTION, which the router does not know",
		},
		{
			"all that is wrong with its links", `@link(url: "https://example.com/a/v1", for: SECURITY) @link(url: "nowhere") @link(url: "https://example.com/b/v1", for: SOMETHING)`, `type Query @join__type(graph: A) { a: Int }`,
			"x:1:182: INVALID_LINK_IDENTIFIER: the url of @link must be absolute, as in \"https://specs.apollo.dev/federation/v2.9\", got \"nowhere\"\n" +
				"x:1:237: INVALID_GRAPHQL: @link(for:) must be SECURITY or EXECUTION, got SOMETHING",
		},
		{
			"unknown security features", `@link(url: "https://example.com/vault/v1.0", for: SECURITY)`, `type Query @join__type(graph: A) { a: Int }`,
			"x:1:123: UNSUPPORTED_LINKED_FEATURE: the supergraph links https://example.com/vault/v1.0 for SECURITY, which the router does not know",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Parse("x", fmt.Sprintf(head, tt.link)+tt.body)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefusesWhatIsNoSupergraphOfFederation2(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sdl, want string }{
		{"a plain schema", "type Query { a: Int }", "x:1:1: INVALID_FEDERATION_SUPERGRAPH: this is no supergraph: its schema does not @link https://specs.apollo.dev/join; compose the subgraphs first"},
		{"federation 1 without subgraphs", `schema @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query } type Query { a: Int }`, "x:1:1: INVALID_FEDERATION_SUPERGRAPH: the enum join__Graph is missing: it lists the subgraphs"},
		{"two subgraphs of one name", `schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query } enum join__Graph { A @join__graph(name: "a") B @join__graph(name: "a") } type Query { a: Int }`, `x:1:119: INVALID_FEDERATION_SUPERGRAPH: two subgraphs are called "a"`},
		{"a graph without name", `schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query } enum join__Graph { A } type Query { a: Int }`, "x:1:93: INVALID_FEDERATION_SUPERGRAPH: join__Graph.A has no @join__graph(name:, url:)"},
		{"a feature without address", `schema @core(feature: 3) { query: Query } type Query { a: Int }`, "x:1:9: INVALID_FEDERATION_SUPERGRAPH: @core needs the argument `feature`, the address of a specification"},
		{"core security features", `schema @core(feature: "https://specs.apollo.dev/core/v0.2", as: "using") @using(feature: "https://specs.apollo.dev/core/v0.2", as: "using") @using(feature: "https://specs.apollo.dev/join/v0.1") @using(feature: "https://example.com/vault/v1.0", for: SECURITY) { query: Query } type Query { a: Int }`, "x:1:196: UNSUPPORTED_LINKED_FEATURE: the supergraph links https://example.com/vault/v1.0 for SECURITY, which the router does not know"},
		{"join of the future", `schema @link(url: "https://specs.apollo.dev/join/v0.6") { query: Query } type Query { a: Int }`, "x:1:9: UNSUPPORTED_FEATURE: join v0.6: the router reads v0.1 to v0.5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Parse("x", tt.sdl)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOverriddenFieldHasNoJoin(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("x", fmt.Sprintf(head, "")+`type Query @join__type(graph: A) @join__type(graph: B) {
  gone: Int @join__field(graph: A) @join__field(graph: B, override: "a")
  used: Int @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a")
}`)
	if err != nil {
		t.Fatal(err)
	}
	query := s.Type("Query")
	if query.Field("gone").Join(0) != nil || query.Field("gone").Join(1) == nil {
		t.Error("gone: only subgraph b must resolve it")
	}
	if j := query.Field("used").Join(0); j == nil || !j.External {
		t.Error("used: it must be external in subgraph a")
	}
}

func TestFieldThatMovesHasBothJoins(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("x", fmt.Sprintf(head, "")+`type Query @join__type(graph: A) @join__type(graph: B) {
  moves: Int @join__field(graph: A, overrideLabel: "x") @join__field(graph: B, override: "a", overrideLabel: "x")
  used: Int @join__field(graph: A, usedOverridden: true, overrideLabel: "x") @join__field(graph: B, override: "a", overrideLabel: "x")
}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"moves", "used"} {
		from, to := s.Type("Query").Field(name).Join(0), s.Type("Query").Field(name).Join(1)
		if from == nil || from.External || from.Override != (supergraph.Override{Label: "x"}) {
			t.Errorf("%s: subgraph a must resolve it where x is not set, got %+v", name, from)
		}
		if to == nil || to.External || to.Override != (supergraph.Override{Label: "x", Set: true}) {
			t.Errorf("%s: subgraph b must resolve it where x is set, got %+v", name, to)
		}
	}
}

func TestParseReadsInterfaceObjects(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("x", fmt.Sprintf(head, "")+`type Query @join__type(graph: A) @join__type(graph: B) { i: I @join__field(graph: A) }
interface I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! n: Int @join__field(graph: B) }
type T implements I @join__implements(graph: A, interface: "I") @join__type(graph: A, key: "id") { id: ID! n: Int @join__field }`)
	if err != nil {
		t.Fatal(err)
	}
	if i := s.Type("I"); i.Join(0).InterfaceObject || !i.Join(1).InterfaceObject {
		t.Errorf("I in a and b: %+v", i.Joins)
	}
	if joins := s.Type("T").Field("n").Joins; len(joins) != 0 {
		t.Errorf("T.n stands for that of an interface object, but has %+v", joins)
	}
}
