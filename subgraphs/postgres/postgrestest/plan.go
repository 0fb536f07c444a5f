package postgrestest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Plan is a node of EXPLAIN's tree, with all below it.
type Plan struct {
	NodeType     string `json:"Node Type"`
	RelationName string `json:"Relation Name"`
	IndexName    string `json:"Index Name"`
	IndexCond    string `json:"Index Cond"`
	// Arbiters are the indexes that find out whether a row is there already.
	Arbiters  []string `json:"Conflict Arbiter Indexes"`
	TotalCost float64  `json:"Total Cost"`
	Plans     []Plan   `json:"Plans"`
}

// Walk visits the node and all below it.
func (p Plan) Walk(visit func(Plan)) {
	visit(p)
	for _, child := range p.Plans {
		child.Walk(visit)
	}
}

// Indexes are the names of the indexes that are used, sorted.
func (p Plan) Indexes() []string {
	var names []string
	p.Walk(func(p Plan) {
		if p.IndexName != "" {
			names = append(names, p.IndexName)
		}
		names = append(names, p.Arbiters...)
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Fault is what a plan of a service should not have: a table, or an index, that is
// read from its beginning to its end.
type Fault struct {
	Relation, Index string // one of them
	Cost            float64
}

// String says what is read.
func (f Fault) String() string { return "reads all of " + f.Relation + f.Index }

// Faults are those of the plan.
func (p Plan) Faults() []Fault {
	var faults []Fault
	p.Walk(func(p Plan) {
		if p.NodeType == "Seq Scan" {
			faults = append(faults, Fault{Relation: p.RelationName, Cost: p.TotalCost})
		}
		if p.IndexName != "" && p.IndexCond == "" {
			faults = append(faults, Fault{Index: p.IndexName, Cost: p.TotalCost})
		}
	})
	return faults
}

// SortsPage tells whether the rows of a page have to be sorted to find them.
func (p Plan) SortsPage() bool {
	var sorts bool
	p.Walk(func(p Plan) {
		if p.NodeType != "Limit" {
			return
		}
		for _, child := range p.Plans {
			child.Walk(func(p Plan) { sorts = sorts || strings.HasSuffix(p.NodeType, "Sort") })
		}
	})
	return sorts
}

// Explain returns how a statement would be run with its arguments, and with any:
// PostgreSQL decides for one of the two when it has seen a statement often, unless
// the statement is sent in a mode of its own, in which it is planned each time. The
// keys say which is which.
func Explain(t testing.TB, conn *pgx.Conn, statement Query) map[string]Plan {
	t.Helper()
	always := false
	if len(statement.Args) > 0 {
		if _, always = statement.Args[0].(pgx.QueryExecMode); always {
			statement.Args = statement.Args[1:]
		}
	}
	read := func(sql string, args ...any) Plan {
		t.Helper()
		var text []byte
		if err := conn.QueryRow(t.Context(), sql, args...).Scan(&text); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
		var plans []struct{ Plan Plan }
		if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
			t.Fatalf("%v: %s", err, text)
		}
		return plans[0].Plan
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	plans := map[string]Plan{"with its arguments": read("explain (format json) "+statement.SQL, statement.Args...)}
	if always {
		return plans
	}
	exec("set plan_cache_mode = force_generic_plan")
	exec("prepare explained as " + statement.SQL)
	plans["with any arguments"] = read("explain (format json) execute explained " + literals(t, conn, statement))
	exec("deallocate explained")
	exec("reset plan_cache_mode")
	return plans
}

// literals are the arguments of a statement as EXECUTE takes them: a plan for any
// leaves out partitions in which these cannot be.
func literals(t testing.TB, conn *pgx.Conn, statement Query) string {
	t.Helper()
	if len(statement.Args) == 0 {
		return ""
	}
	description, err := conn.Prepare(t.Context(), "", statement.SQL)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement.SQL)
	}
	all := make([]string, len(statement.Args))
	for i, arg := range statement.Args {
		text, err := conn.TypeMap().Encode(description.ParamOIDs[i], pgx.TextFormatCode, arg, nil)
		if err != nil {
			t.Fatalf("$%d: %v\n%s", i+1, err, statement.SQL)
		}
		if all[i] = "null"; text != nil {
			all[i] = "'" + strings.ReplaceAll(string(text), "'", "''") + "'"
		}
	}
	return "(" + strings.Join(all, ",") + ")"
}
