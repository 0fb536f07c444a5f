package execute

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/schema/supergraph"
)

// Program is a compiled plan. It is immutable and safe for concurrent use; it
// keeps the memory of past requests for the next ones.
type Program struct {
	plan       *plan.Plan
	fetches    []*fetch
	overlays   []overlay
	conditions []plan.Condition
	root       *response.Projection
	roots      []int // the fetches whose data the root's views are
	subgraphs  []supergraph.Subgraph
	pool       sync.Pool // of *run
	outputs    sync.Pool // of *output
	poison     bool      // overwrite memory before it is used again
	expects    atomic.Int64
}

// fetch is one request of the program.
type fetch struct {
	plan      *plan.Fetch
	service   string // the subgraph's name
	layout    *response.Layout
	parser    *parser
	text      requestText
	condition int // index of Program.conditions, or -1
	waits     int32
	// dependents are the fetches that wait for this one.
	dependents []int
	lookups    []*lookup
	contextual *contextual // nil unless its lookup has contextual arguments
	reentry    *reentry    // nil unless it fetches the Query object for a position
	// zips are overlays that the lookups' representations refer to.
	zips []int
}

// lookup is one _entities field of a fetch.
type lookup struct {
	plan     *plan.Entities
	variable []byte // `"representations":`
	slot     int    // in the data of the response
	targets  []*target
	// prefix and suffix stand around the one value in which the representations
	// differ; prefix is "" if they differ in more.
	prefix, suffix string
	// apart tells objects apart that are sent alike; nil if they are the same.
	apart *giving
}

// reentry is a site whose objects are the Query object of the fetch's subgraph.
type reentry struct {
	site       site
	overlay    int
	position   int
	projection *response.Projection // nil for a hidden position
}

// target is a site whose objects are looked up. Positions that have the same
// site and representations share it.
type target struct {
	site    site
	overlay int
	// positions are the ones that share the target, and indexes their places in
	// Entities.Targets.
	positions, indexes []int
	projections        []*response.Projection // nil for hidden positions
	// presence says which objects of the site stand at the positions, by
	// position; nil means that each stands at one of them.
	presence []*presence
	program  *representations
	key      *part // the one value in which representations differ, if the lookup has a prefix
	inherits int   // the overlay whose entities tell the representations, or primary
	// apart says that objects of one representation may be different entities,
	// because they are given different values by the objects above.
	apart bool
}

// site is where the objects of a position stand.
type site struct {
	fetch int
	shape *response.Shape
}

// overlay joins objects with those at a site. An overlay of a lookup has a
// target, one of a reentry nothing; one that joins what several fetches know of the same objects without
// a lookup has a zip.
type overlay struct {
	fetch  int // whose document holds the objects
	target *target
	zip    *zip
}

// ref says where a value of an object at a site stands.
type ref struct {
	overlay int // or primary
	slot    int
}

// primary is the overlay of a ref to the site's own document.
const primary = -1

// Compile turns a plan into a program. Its errors say which part of the plan
// contradicts another; a plan of package plan gives none.
func Compile(p *plan.Plan, graph *supergraph.Supergraph) (*Program, error) {
	program := &Program{plan: p, subgraphs: graph.Subgraphs}
	c := &compiler{
		plan: p, schema: graph.Schema, api: graph.API, program: program,
		shapes:     map[place]*response.Shape{},
		positions:  make([]position, len(p.Positions)),
		origins:    map[place]origin{},
		conditions: map[string]int{},
	}
	if err := c.compile(); err != nil {
		return nil, fmt.Errorf("execute: %w", err)
	}
	program.pool.New = func() any { return newRun(program) }
	program.outputs.New = func() any { return new(output) }
	return program, nil
}
