package plan

import (
	"strconv"
	"strings"
)

// jsonPart is a part of a response with what is fetched for it. Label, If and
// what follows are those of a deferred one.
type jsonPart struct {
	Depends      []jsonDependency `json:"depends,omitempty"`
	Label        string           `json:"label,omitempty"`
	If           string           `json:"if,omitempty"` // which Apollo's format does not have
	QueryPath    []string         `json:"queryPath,omitempty"`
	Subselection string           `json:"subselection,omitempty"`
	Node         *jsonNode        `json:"node,omitempty"`
}

type jsonDependency struct {
	ID string `json:"id"`
}

// jsonDefer is a part of the response with all that is deferred in it.
func (p *Plan) jsonDefer(d deferral, part int, names []string) *jsonNode {
	var own *jsonNode
	if ordered := waves(d.fetches(part)); len(ordered) > 0 {
		own = p.jsonSequence(ordered, names)
	}
	inside := d.inside(part)
	if len(inside) == 0 {
		return own
	}
	out := &jsonNode{Kind: "Defer", Primary: &jsonPart{Subselection: subselection(d.selection(part)), Node: own}}
	for _, i := range inside {
		deferred := &jsonPart{Label: p.Defers[i].Label, If: p.Defers[i].If, QueryPath: p.Defers[i].queryPath(), Node: p.jsonDefer(d, i, names)}
		if len(d.inside(i)) == 0 { // else it stands with the primary part there
			deferred.Subselection = subselection(d.selection(i))
		}
		for _, fetch := range d.depends(i) {
			deferred.Depends = append(deferred.Depends, jsonDependency{strconv.Itoa(fetch)})
		}
		out.Deferred = append(out.Deferred, deferred)
	}
	return out
}

// jsonID is a fetch's number if something deferred waits for it.
func (p *Plan) jsonID(f *Fetch) string {
	for i := range p.Defers {
		for _, fetch := range (deferral{p}).depends(i) {
			if fetch == f.ID {
				return strconv.Itoa(f.ID)
			}
		}
	}
	return ""
}

// subselection writes fields on one line.
func subselection(fields []shownField) string {
	if len(fields) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("{ ")
	for _, f := range fields {
		text := f.key + " " + subselection(f.parts)
		if len(f.parts) > 0 {
			text += " "
		}
		if f.types == nil {
			b.WriteString(text)
		}
		for _, t := range f.types {
			b.WriteString("... on " + t + " { " + text + "} ")
		}
	}
	return b.String() + "}"
}
