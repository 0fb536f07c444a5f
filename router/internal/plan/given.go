package plan

import "slices"

// Given leaves out what is not fetched when the operation's Boolean variables
// have these values; a variable that is not there is false. The result is for
// people: its fetches keep their IDs, so that it shows the same plan, but cannot
// be executed.
func (p *Plan) Given(variables map[string]bool) *Plan {
	out := *p
	out.Fetches = nil
	made := map[int]bool{}
	for _, f := range p.Fetches {
		if !f.Condition.holds(variables) {
			continue
		}
		shown := *f
		shown.Condition = nil
		shown.DependsOn = slices.DeleteFunc(slices.Clone(f.DependsOn), func(id int) bool { return !made[id] })
		made[f.ID] = true
		out.Fetches = append(out.Fetches, &shown)
	}
	return &out
}

func (c Condition) holds(variables map[string]bool) bool {
	return c == nil || slices.ContainsFunc(c, func(tests []Test) bool {
		return !slices.ContainsFunc(tests, func(t Test) bool { return variables[t.Variable] != t.Want })
	})
}
