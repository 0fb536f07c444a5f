package composition_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

const boundedHead = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable", "@override"])
`

// Input that is small but nested or multiplied, and input that is just large,
// takes memory in proportion to its size. What other tests allocate would count,
// so this one does not run beside them.
func TestCompose_takesMemoryInProportion(t *testing.T) {
	for _, tt := range []struct {
		name      string
		subgraphs []federation.Subgraph
		megabytes uint64
	}{
		{"20,000 types", []federation.Subgraph{fuzzed("a", boundedHead+"type Query { t: T1 }"+repeated(20_000, "type T%[1]d { f: Int }\n"))}, 250},
		{"5,000 fields", []federation.Subgraph{fuzzed("a", boundedHead+"type Query {"+repeated(5_000, "f%[1]d: Int ")+"}")}, 60},
		{"20,000 errors", []federation.Subgraph{fuzzed("a", boundedHead+"type Query {"+repeated(20_000, "f%[1]d: Nope%[1]d ")+"}")}, 200},
		{"a chain of types", []federation.Subgraph{fuzzed("a", boundedHead+"type Query { t: T0 } type T0 { t: T1 } type T10001 { x: Int }"+repeated(10_000, "type T%[1]d { t: T%[2]d }\n"))}, 200},
		{"a deep key", deepKey("k{", "}"), 20},
		{"a key in many fragments", deepKey("... on T {", "}"), 20},
		{"a wide key", deepKey("k{a} ", ""), 40},
		{"a key through many implementations", implementations(200, 12), 60},
		{"1,000 keys in two subgraphs", []federation.Subgraph{
			fuzzed("a", boundedHead+"type Query { t: T }\ntype T "+repeated(1_000, `@key(fields: "k%[1]d") `)+"{"+repeated(1_000, "k%[1]d: ID ")+"}"),
			fuzzed("b", boundedHead+"type T "+repeated(1_000, `@key(fields: "k%[1]d") `)+"{"+repeated(1_000, "k%[1]d: ID ")+"}"),
		}, 60},
		{"deep lists", []federation.Subgraph{fuzzed("a", boundedHead+"type Query { t: "+strings.Repeat("[", 50_000)+"Int"+strings.Repeat("]", 50_000)+"}")}, 20},
		{"deep values", []federation.Subgraph{fuzzed("a", boundedHead+"scalar X type Query { t(a: X = "+strings.Repeat("[", 50_000)+strings.Repeat("]", 50_000)+"): Int }")}, 20},
		{"50,000 applications", []federation.Subgraph{fuzzed("a", boundedHead+"type Query { a: Int "+strings.Repeat("@shareable ", 50_000)+"}")}, 60},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := allocated()
			_, err := compose(tt.subgraphs)
			used := (allocated() - before) >> 20
			t.Logf("%d MB", used)
			if used > tt.megabytes {
				t.Errorf("it takes %d MB, more than %d (%.100v)", used, tt.megabytes, err)
			}
		})
	}
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// repeated formats the numbers from 1 to n, each with its successor.
func repeated(n int, format string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		if strings.Contains(format, "%[2]d") {
			fmt.Fprintf(&b, format, i, i+1)
		} else {
			fmt.Fprintf(&b, format, i)
		}
	}
	return b.String()
}

// deepKey is an entity with a key of 4,000 times the text.
func deepKey(open, end string) []federation.Subgraph {
	return []federation.Subgraph{
		fuzzed("a", boundedHead+`type Query { t: T } type T @key(fields: "`+strings.Repeat(open, 4_000)+"a"+strings.Repeat(end, 4_000)+`") { a: Int k: T }`),
		fuzzed("b", boundedHead+`type T @key(fields: "a") { a: Int x: Int }`),
	}
}

// implementations requires a path through an interface, each step of which can be
// any of n types.
func implementations(n, depth int) []federation.Subgraph {
	types := "interface I { a: I n: Int }" + repeated(n, "type X%[1]d implements I @shareable { a: I n: Int }\n")
	path := "i { " + strings.Repeat("a { ", depth) + "n" + strings.Repeat(" }", depth) + " }"
	return []federation.Subgraph{
		fuzzed("a", boundedHead+types+`type Query { t: T } type T @key(fields: "id") { id: ID i: I @external r: Int @requires(fields: "`+path+`") }`),
		fuzzed("b", boundedHead+types+`type T @key(fields: "id") { id: ID i: I }`),
	}
}

// Sixteen labels of which each may decide whether a way exists have 65,536 cases:
// the work limit ends it.
func TestCompose_boundsTheWorkOfLabels(t *testing.T) {
	t.Parallel()
	const n = 16
	value := "\ntype V @shareable { v: Int"
	list := []federation.Subgraph{
		fuzzed("a", boundedHead+"type Query { t: T } type T @key(fields: \"id\") { id: ID "+repeated(n, `f%[1]d: V @override(from: "b", label: "l%[1]d") `)+"}"+value+" w: Int }"),
		fuzzed("b", boundedHead+"type T @key(fields: \"id\") { id: ID "+repeated(n, "f%[1]d: V ")+"}"+value+" }"),
		fuzzed("c", boundedHead+"type T @key(fields: \"id\") { id: ID "+repeated(n, `f%[1]d: V @external g%[1]d: Int @requires(fields: "f%[1]d { v }") `)+"}"+value+" }"),
	}
	_, err := composition.Compose(context.Background(), list, composition.Options{MaximumStates: 20_000})
	var first *composition.Error
	if !errors.As(err, &first) || first.Code != composition.CodeMaxStatesExceeded || !strings.Contains(first.Message, "20000") {
		t.Errorf("got %.300v, want %s", err, composition.CodeMaxStatesExceeded)
	}
}
