package verify

import (
	"slices"

	"github.com/weftql/weft/router/internal/plan"
)

// due checks that whatever a part of the response shows is fetched with that part
// at the latest, and so is all that those fetches wait for.
func (c *check) due() {
	if len(c.plan.Defers) == 0 {
		return
	}
	for _, f := range c.plan.Fetches {
		for _, d := range f.DependsOn {
			if !c.inTime(c.plan.Fetches[d], f.Defers) {
				c.fail("fetch %d is due with the parts %v, and fetch %d, for which it waits, with %v", f.ID, f.Defers, d, c.plan.Fetches[d].Defers)
			}
		}
	}
	for _, p := range c.plan.Positions {
		for i := range p.Fields {
			f := &p.Fields[i]
			if f.Source.Fetch != plan.NoFetch && !c.inTime(c.plan.Fetches[f.Source.Fetch], f.Defers) {
				c.fail("%q at %v is due with the parts %v, and its fetch %d with %v", f.Key, p.Path, f.Defers, f.Source.Fetch, c.plan.Fetches[f.Source.Fetch].Defers)
			}
		}
	}
}

// inTime tells whether a fetch is due with each of the parts or before; no parts are
// what is due at once.
func (c *check) inTime(f *plan.Fetch, parts []int) bool {
	if f.Defers == nil {
		return true
	}
	late := func(part int) bool {
		for ; part != plan.NoDefer; part = c.plan.Defers[part].Parent {
			if slices.Contains(f.Defers, part) {
				return false
			}
		}
		return true
	}
	return parts != nil && !slices.ContainsFunc(parts, late)
}
