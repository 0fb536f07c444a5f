package universe

import "fmt"

// addAsset declares an entity of the team: its own fields, but not yet what it
// has to do with others.
func (c *company) addAsset(t *team, number int) {
	p := &asset{name: t.title + things[(t.index*entitiesPerTeam+number)%len(things)], owner: t, compound: number == 1}
	t.assets = append(t.assets, p)
	typ := t.declare("type", p.name)
	typ.implements = []string{"Node", t.title + "Record"}
	typ.directives = []string{`@key(fields: "id")`}
	typ.set("id", "ID!")
	if p.compound {
		typ.directives = append(typ.directives, `@key(fields: "tenant number")`)
		typ.set("tenant", "String!")
		typ.set("number", "Int!")
	}
	if c.chance(10) {
		typ.directives = append(typ.directives, tag(c.generator))
	}
	typ.set("name", "String!", "@shareable")
	typ.set("createdAt", "DateTime!")
	typ.set("status", t.title+"Status!")
	typ.set("weight", "Int")
	typ.set("total", "Money")
	typ.set("legacyCode", "String", `@deprecated(reason: "another team has it now")`)
	typ.set("owner", "User!")
	c.addDetails(t, typ, "", 4)
}

// addDetails adds plain fields, each different, under names that begin with
// prefix.
func (c *company) addDetails(t *team, typ *typeDraft, prefix string, count int) {
	first := c.IntN(len(details))
	for i := range count {
		name := details[(first+i)%len(details)]
		if prefix != "" {
			name = prefix + "_" + name
		}
		f := typ.set(name, pick(c.generator, []string{"String", "String!", "Int", "Float", "Boolean!", "ID", "[String!]!", "DateTime", "Money", "Currency"}))
		switch c.IntN(24) {
		case 0:
			f.mark(tag(c.generator))
		case 1:
			f.mark("@inaccessible")
		case 2:
			f.mark(fmt.Sprintf("@cost(weight: %d)", 1+c.IntN(9)))
		case 3:
			f.arguments = []*fieldDraft{{name: "at", typ: "DateTime"}, {name: "round", typ: "Boolean", fallback: "false"}}
		}
	}
}

// addFamily declares what the team's entities have in common, and the value
// types around them.
func (c *company) addFamily(t *team) {
	record := t.declare("interface", t.title+"Record")
	record.set("id", "ID!")
	record.set("createdAt", "DateTime!")
	record.set("status", t.title+"Status!")
	for _, name := range []string{"Status", "Kind"} {
		e := t.declare("enum", t.title+name)
		for _, value := range []string{"DRAFT", "OPEN", "CLOSED", "ARCHIVED"}[c.IntN(2):] {
			e.add(&fieldDraft{name: value})
		}
	}
	t.declare("interface", t.title+"Change").set("at", "DateTime!")
	for _, name := range []string{"Created", "Moved"} {
		change := t.declare("type", t.title+name)
		change.implements = []string{t.title + "Change"}
		change.set("at", "DateTime!")
		change.set("by", "User")
		change.set("cause", t.title+"Kind!")
		c.addDetails(t, change, "", 1)
	}
	result := t.declare("union", t.title+"Result")
	for _, p := range t.assets {
		result.members = append(result.members, p.name)
		connection := t.declare("type", p.name+"Connection")
		connection.set("nodes", "["+p.name+"!]!")
		connection.set("pageInfo", "PageInfo!")
	}
	other := c.refer(t, c.near(t, 4).assets[0])
	result.members = append(result.members, other)
}

// linkAsset leads from an entity to others: of the team, of its department, of
// teams near it, and of one anywhere.
func (c *company) linkAsset(t *team, p *asset) {
	typ := t.declare("type", p.name)
	related := pick(c.generator, t.assets)
	typ.set("related", related.name+"Connection!").arguments = pageArguments()
	typ.set("history", "["+t.title+"Change!]!")
	lead := c.teams[t.index/teamsPerDepartment*teamsPerDepartment]
	typ.set("hub", lead.title+"Hub")
	typ.set("partner", c.refer(t, pick(c.generator, c.near(t, 1+c.IntN(8)).assets)))
	if p == t.assets[0] {
		typ.set("origins", "["+c.refer(t, pick(c.generator, pick(c.generator, c.teams).assets))+"!]")
	}
}

// refer declares an entity by one of its keys alone, unless the team has more of
// it, and returns its name.
func (c *company) refer(t *team, p *asset) string {
	if t.find(p.name) != nil {
		return p.name
	}
	typ := t.declare("type", p.name)
	if p.compound && c.chance(50) {
		typ.directives = []string{`@key(fields: "tenant number", resolvable: false)`}
		typ.set("tenant", "String!")
		typ.set("number", "Int!")
		return p.name
	}
	typ.directives = []string{`@key(fields: "id", resolvable: false)`}
	typ.set("id", "ID!")
	return p.name
}

// contribute adds to entities of three teams near: fields of its own; fields
// that require some of the owner's; and one that it takes over, beside one that
// it can provide.
func (c *company) contribute(t *team) {
	entity := func(p *asset) *typeDraft {
		typ := t.declare("type", p.name)
		typ.directives = []string{`@key(fields: "id")`}
		typ.set("id", "ID!")
		return typ
	}
	plain := entity(c.near(t, 1).assets[0])
	c.addDetails(t, plain, t.name, 3)
	plain.set(t.name+"_records", "["+t.assets[0].name+"!]!")

	demanding := entity(c.near(t, 2).assets[1])
	demanding.set("weight", "Int", "@external")
	demanding.set("total", "Money", "@external")
	demanding.set(t.name+"_fee", "Money", `@requires(fields: "weight")`)
	demanding.set(t.name+"_discount", "Float", `@requires(fields: "weight total { amount }")`)

	moved := entity(c.near(t, 3).assets[2])
	moved.set("name", "String!", "@external")
	moved.set("legacyCode", "String", fmt.Sprintf("@override(from: %q)", c.near(t, 3).name))
	c.addDetails(t, moved, t.name, 2)
	query := t.declare("type", "Query")
	query.set(t.name+"Favourite", moved.name, `@provides(fields: "name")`)
}
