package universe

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Company makes a universe of the given number of subgraphs, at least 10, each of
// about 200 lines of SDL, as the teams of a large company write them: it is made
// to measure composition, so it always composes, and it has no values to Serve.
// The same seed and number always give the same universe.
//
// Each team owns a few entities, with an interface, a union, enums, value types,
// inputs, queries and mutations around them, and works on entities of teams
// near it: it adds fields, some with @requires, provides or overrides others,
// and refers to more by key alone. With how many others a team has to do does
// not depend on how many there are. All share a handful of types and refer to
// the users.
func Company(seed uint64, subgraphs int) Universe {
	c := &company{generator: &generator{Rand: rand.New(rand.NewPCG(seed, 0x636f6d70616e79))}}
	for i := range max(10, subgraphs) {
		c.teams = append(c.teams, newTeam(i))
	}
	for _, t := range c.teams {
		c.shareTypes(t)
		for i := range entitiesPerTeam {
			c.addAsset(t, i)
		}
		c.addHub(t)
		c.addUser(t)
	}
	for _, t := range c.teams {
		c.contribute(t)
		c.addFamily(t)
		for _, p := range t.assets {
			c.linkAsset(t, p)
		}
		c.addQueries(t)
		c.addMutations(t)
	}
	u := Universe{Seed: seed}
	for _, t := range c.teams {
		c.describe(t)
		u.add(t.name, t.sdl(3+c.IntN(10)))
	}
	return u
}

const (
	entitiesPerTeam = 3
	// teamsPerDepartment is how many teams work on one entity, their hub.
	teamsPerDepartment = 10
	// teamsForUsers is how many teams know fields of users.
	teamsForUsers = 5
)

// company is a Company while it is generated.
type company struct {
	*generator
	teams []*team
}

// team is one subgraph of a Company.
type team struct {
	*draft
	index int
	// title begins the names of the team's types.
	title  string
	assets []*asset
}

// asset is an entity that a team owns.
type asset struct {
	name  string
	owner *team
	// compound tells that it has the key "tenant number" beside "id".
	compound bool
}

var (
	domains = [...]string{
		"accounts", "billing", "catalog", "delivery", "events", "forum", "geo", "hiring", "inventory", "journal",
		"kitchen", "loyalty", "media", "notes", "orders", "payments", "quality", "reviews", "search", "travel",
	}
	things = [...]string{
		"Account", "Batch", "Contract", "Document", "Event", "Folder", "Group", "Item", "Journey", "Ledger", "Message", "Order", "Plan", "Report", "Shipment",
	}
	details = [...]string{
		"alias", "brand", "channel", "duration", "email", "format", "grade", "height", "index", "kind", "label", "locale",
		"margin", "notice", "origin", "priority", "quantity", "region", "score", "source", "target", "unit", "volume", "width",
	}
)

func newTeam(index int) *team {
	name := fmt.Sprintf("%s%03d", domains[index%len(domains)], index)
	return &team{index: index, draft: &draft{name: name}, title: strings.ToUpper(name[:1]) + name[1:]}
}

// near returns the team that stands the given number of places further on.
func (c *company) near(t *team, distance int) *team {
	return c.teams[(t.index+distance)%len(c.teams)]
}

// shareTypes declares what all teams have in common.
func (c *company) shareTypes(t *team) {
	t.declare("scalar", "DateTime")
	currency := t.declare("enum", "Currency")
	for _, code := range []string{"CHF", "EUR", "GBP", "JPY", "USD"} {
		currency.add(&fieldDraft{name: code})
	}
	order := t.declare("enum", "SortOrder")
	order.add(&fieldDraft{name: "ASC"})
	order.add(&fieldDraft{name: "DESC"})
	money := t.declare("type", "Money")
	money.directives = []string{"@shareable"}
	money.set("amount", "Int!")
	money.set("currency", "Currency!")
	page := t.declare("type", "PageInfo")
	page.directives = []string{"@shareable"}
	page.set("hasNextPage", "Boolean!")
	page.set("hasPreviousPage", "Boolean!")
	page.set("startCursor", "String")
	page.set("endCursor", "String")
	t.declare("interface", "Node").set("id", "ID!")
}

// addUser lets the first team own the users, a few others know more about them,
// and all refer to them.
func (c *company) addUser(t *team) {
	user := t.declare("type", "User")
	user.set("id", "ID!")
	switch {
	case t.index == 0:
		user.directives = []string{`@key(fields: "id")`, `@key(fields: "email")`}
		user.set("email", "String!")
		user.set("displayName", "String!", "@shareable")
		user.set("memberSince", "DateTime!")
	case t.index < teamsForUsers:
		user.directives = []string{`@key(fields: "id")`}
		c.addDetails(t, user, t.name, 3)
	default:
		user.directives = []string{`@key(fields: "id", resolvable: false)`}
	}
}

// addHub lets the teams of a department work on one entity of its first team.
func (c *company) addHub(t *team) {
	lead := c.teams[t.index/teamsPerDepartment*teamsPerDepartment]
	hub := t.declare("type", lead.title+"Hub")
	hub.directives = []string{`@key(fields: "id")`}
	hub.set("id", "ID!")
	c.addDetails(t, hub, t.name, 2)
}

// describe documents some of what the team owns.
func (c *company) describe(t *team) {
	for _, typ := range t.types {
		if !strings.HasPrefix(typ.name, t.title) {
			continue
		}
		if c.chance(60) {
			typ.description = fmt.Sprintf("%s is what the team %s keeps of it. Other teams add to it by its key.", typ.name, t.name)
		}
		for _, f := range typ.fields {
			if typ.kind != "enum" && f.name != "id" && !f.has("shareable") && c.chance(8) {
				f.description = fmt.Sprintf("The %s of one %s, as the team %s has it.", f.name, typ.name, t.name)
			}
		}
	}
}

// set adds a field without arguments.
func (t *typeDraft) set(name, typ string, directives ...string) *fieldDraft {
	return t.add(&fieldDraft{name: name, typ: typ, directives: directives})
}
