package universe

import "strings"

// addQueries gives the team its part of the query type.
func (c *company) addQueries(t *team) {
	query := t.declare("type", "Query")
	filter := t.declare("input", t.title+"Filter")
	filter.set("status", "["+t.title+"Status!]")
	filter.set("createdAfter", "DateTime")
	filter.set("text", "String").fallback = `""`
	for _, p := range t.assets {
		one := lowered(p.name)
		query.set(one, p.name).arguments = []*fieldDraft{{name: "id", typ: "ID!"}}
		all := query.set(one+"List", p.name+"Connection!")
		all.arguments = append(pageArguments(), &fieldDraft{name: "filter", typ: filter.name})
		if c.chance(20) {
			all.mark(`@listSize(slicingArguments: ["first"], sizedFields: ["nodes"])`)
		}
	}
	query.set(t.name+"Search", "["+t.title+"Result!]!").arguments = []*fieldDraft{{name: "text", typ: "String!"}}
	query.set(t.name+"Recent", "["+t.title+"Record!]!")
	query.set(t.name+"Node", "Node").arguments = []*fieldDraft{{name: "id", typ: "ID!"}}
	if c.chance(10) {
		query.set(t.name+"Audit", "["+t.title+"Change!]!", "@authenticated")
	}
}

// addMutations gives the team its part of the mutation type.
func (c *company) addMutations(t *team) {
	mutation := t.declare("type", "Mutation")
	for _, p := range t.assets[:1] {
		in := t.declare("input", p.name+"Input")
		in.set("name", "String!")
		in.set("status", t.title+"Status")
		in.set("kind", t.title+"Kind!")
		in.set("weight", "Int").fallback = "1"
		payload := t.declare("type", p.name+"Payload")
		payload.set("ok", "Boolean!")
		payload.set("message", "String")
		payload.set("result", p.name)
		mutation.set("create"+p.name, payload.name+"!").arguments = []*fieldDraft{{name: "input", typ: in.name + "!"}}
		mutation.set("update"+p.name, payload.name+"!").arguments = []*fieldDraft{{name: "id", typ: "ID!"}, {name: "input", typ: in.name + "!"}}
	}
}

func pageArguments() []*fieldDraft {
	return []*fieldDraft{
		{name: "first", typ: "Int", fallback: "20"},
		{name: "after", typ: "String"},
		{name: "order", typ: "SortOrder", fallback: "ASC"},
	}
}

func lowered(name string) string { return strings.ToLower(name[:1]) + name[1:] }
