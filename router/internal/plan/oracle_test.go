package plan_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// The world that plans are tried on. An object is its type and an identity that
// says how it is reached; a leaf is a text made of the object, the field and the
// arguments, whoever resolves it. A key's leaf therefore tells a subgraph which
// object is meant. A field with @requires is made of what the subgraph received
// for its inputs, so that a wrong or missing input shows in the answer.
//
// Where there are interface objects, the identity also says of which type it is:
// what a subgraph with the interface finds out.
type thing struct {
	typ, id string
	// as is the interface by whose name the subgraph has it, "" if by its own type.
	as string
	// sent is the representation it was looked up with; nil otherwise.
	sent map[string]any
	// above are the objects of which it is a part, where one server has them all.
	above []thing
}

const machinery = `
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @external(reason: String) on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @interfaceObject on OBJECT
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar _Any
`

// subgraphSchema makes the schema that a subgraph serves.
func subgraphSchema(t testing.TB, name, sdl string) *ast.Schema {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	text := machinery + contextDirectives
	var entities []string
	hasQuery := false
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		hasQuery = hasQuery || def.Name == "Query"
		if def.Kind == ast.Object && def.Directives.ForName("key") != nil && !slices.Contains(entities, def.Name) {
			entities = append(entities, def.Name)
		}
	}
	if !hasQuery {
		text += "type Query\n"
	}
	text += "extend type Query { _service: String }\n"
	if len(entities) > 0 {
		text += "union _Entity = " + strings.Join(entities, " | ") + "\nextend type Query { _entities(representations: [_Any!]!): [_Entity]! }\n"
	}
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: name, Input: sdl}, &ast.Source{Name: "federation", Input: text, BuiltIn: true})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// world answers documents, as one server (graph < 0) or as one subgraph.
type world struct {
	u         *universe
	schema    *ast.Schema
	graph     int
	variables map[string]any
	errs      []string
}

func (w *world) fail(format string, args ...any) {
	w.errs = append(w.errs, fmt.Sprintf(format, args...))
}

// collect merges the fields that apply to an object, as GraphQL does.
func (w *world) collect(typ string, set ast.SelectionSet, into *[][]*ast.Field) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !w.included(sel.Directives) {
				continue
			}
			k := slices.IndexFunc(*into, func(g []*ast.Field) bool { return g[0].Alias == sel.Alias })
			if k < 0 {
				*into = append(*into, []*ast.Field{sel})
			} else {
				(*into)[k] = append((*into)[k], sel)
			}
		case *ast.InlineFragment:
			if w.included(sel.Directives) && w.applies(sel.TypeCondition, typ) {
				w.collect(typ, sel.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if w.included(sel.Directives) && w.applies(sel.Definition.TypeCondition, typ) {
				w.collect(typ, sel.Definition.SelectionSet, into)
			}
		}
	}
}

func (w *world) included(applied ast.DirectiveList) bool {
	for _, d := range applied {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		v, _ := d.Arguments.ForName("if").Value.Value(w.variables)
		if (v == true) != (d.Name == "include") {
			return false
		}
	}
	return true
}

func (w *world) applies(condition, typ string) bool {
	if condition == "" || condition == typ {
		return true
	}
	return slices.ContainsFunc(w.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == typ })
}

func (w *world) object(o thing, set ast.SelectionSet, provided querygraph.Provided) map[string]any {
	var groups [][]*ast.Field
	w.collect(cmp.Or(o.as, o.typ), set, &groups)
	out := map[string]any{}
	for _, g := range groups {
		out[g[0].Alias] = w.field(o, g, provided)
	}
	return out
}

func (w *world) field(o thing, group []*ast.Field, provided querygraph.Provided) any {
	f := group[0]
	if f.Name == "__typename" {
		return cmp.Or(o.as, o.typ)
	}
	args := argumentValues(f, w.variables)
	if f.Name == "_entities" && w.graph >= 0 {
		return w.entities(f, group)
	}
	typ, _ := w.u.graph.Type(o.typ)
	id, ok := w.u.graph.Field(typ, f.Name)
	if !ok {
		w.fail("no field %s.%s", o.typ, f.Name)
		return nil
	}
	if w.graph < 0 {
		args = argumentValues(w.withContext(f, id, o.above))
	}
	field, place := &w.u.graph.Fields[id], typ
	if o.as != "" {
		place, _ = w.u.graph.Type(o.as)
		id, ok = w.u.graph.Field(place, f.Name)
	}
	value := o.id + "#" + f.Name + args
	var below querygraph.Provided
	if w.graph >= 0 {
		if !ok || !w.u.graph.Resolves(w.graph, place, id, provided) {
			w.fail("subgraph %d was asked for %s.%s, which it does not resolve there", w.graph, o.typ, f.Name)
			return nil
		}
		if in := w.u.graph.Fields[id].In(w.graph); in.Requires != nil && !in.External {
			if o.sent == nil {
				w.fail("subgraph %d was asked for %s.%s without a representation", w.graph, o.typ, f.Name)
				return nil
			}
			value += w.u.received(o.typ, in.Requires, o.sent, w.fail)
		}
		below = w.u.graph.Below(w.graph, place, id, provided)
	} else if in := w.u.requiring(id); in != nil {
		value += w.u.received(o.typ, in.Requires, w.u.truth(thing{typ: o.typ, id: o.id}, in.Requires), w.fail)
	}
	if field.Result == querygraph.NoType {
		return value
	}
	as := ""
	if w.graph >= 0 {
		if result := &w.u.graph.Types[w.u.graph.Fields[id].In(w.graph).Result]; result.In(w.graph).InterfaceObject {
			as = result.Name
		}
	}
	return w.composite(value, as, o, field.ID, field.Definition.Type, group, below)
}

// requiring gives where a field has @requires, if anywhere.
func (u *universe) requiring(id querygraph.FieldID) *querygraph.FieldIn {
	for i := range u.graph.Fields[id].Joins {
		if in := &u.graph.Fields[id].Joins[i]; in.Requires != nil && !in.External {
			return in
		}
	}
	for _, s := range u.graph.Types[u.graph.Fields[id].Owner].StandIns {
		if standing, ok := u.graph.Field(s.Type, u.graph.Fields[id].Definition.Name); ok {
			if in := u.graph.Fields[standing].In(s.Graph); in.Requires != nil && !in.External {
				return in
			}
		}
	}
	return nil
}

func (w *world) composite(value, as string, o thing, id querygraph.FieldID, t *ast.Type, group []*ast.Field, below querygraph.Provided) any {
	if t.Elem != nil {
		var list []any
		for i := range 2 {
			list = append(list, w.composite(fmt.Sprintf("%s[%d]", value, i), as, o, id, t.Elem, group, below))
		}
		return list
	}
	child, ok := w.u.child(value, id, t)
	if !ok {
		return nil
	}
	var set ast.SelectionSet
	for _, f := range group {
		set = append(set, f.SelectionSet...)
	}
	child.as = as
	if w.graph < 0 {
		child.above = append(slices.Clip(o.above), o)
	}
	return w.object(child, set, below)
}

// child is the object that a field returns; ok is false if it returns null. It is of
// a type that clients see, if there is one.
func (u *universe) child(value string, id querygraph.FieldID, t *ast.Type) (thing, bool) {
	types := u.graph.CommonResultTypes(id)
	visible := slices.DeleteFunc(slices.Clone(types), func(t querygraph.TypeID) bool {
		return u.supergraph.API.Types[u.graph.Types[t].Name] == nil
	})
	if len(visible) > 0 {
		types = visible
	}
	if len(types) == 0 || !t.NonNull && hash(value+u.salt)%7 == 0 {
		return thing{}, false
	}
	typ := u.graph.Types[types[hash(value+"type"+u.salt)%uint32(len(types))]].Name
	if typ == "Query" {
		value = "root" // there is one
	} else if len(u.graph.InterfaceObjects) > 0 {
		value += "!" + typ
	}
	return thing{typ: typ, id: value}, true
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32() >> 3
}

// truth is what a representation must say about an object.
func (u *universe) truth(o thing, set *querygraph.FieldSet) map[string]any {
	typ, _ := u.graph.Type(o.typ)
	out := map[string]any{"__typename": o.typ}
	for i := range set.Fields {
		f := &set.Fields[i]
		id, _ := u.graph.Field(typ, f.Name)
		if !f.On(typ) || id == querygraph.Typename {
			continue
		}
		value := o.id + "#" + f.Name + argumentValues(&ast.Field{Arguments: f.Arguments}, nil)
		if in := u.requiring(id); in != nil {
			value += u.received(o.typ, in.Requires, u.truth(o, in.Requires), func(string, ...any) {})
		}
		if f.Set == nil {
			out[f.Name] = value
			continue
		}
		fresh := u.nested(value, id, u.graph.Fields[id].Definition.Type, f.Set)
		out[f.Name] = merge(out[f.Name], fresh)
	}
	return out
}

func (u *universe) nested(value string, id querygraph.FieldID, t *ast.Type, set *querygraph.FieldSet) any {
	if t.Elem != nil {
		return []any{u.nested(value+"[0]", id, t.Elem, set), u.nested(value+"[1]", id, t.Elem, set)}
	}
	child, ok := u.child(value, id, t)
	if !ok {
		return nil
	}
	return u.truth(child, set)
}

func merge(a, b any) any {
	switch a := a.(type) {
	case map[string]any:
		for k, v := range b.(map[string]any) {
			a[k] = merge(a[k], v)
		}
		return a
	case []any:
		for i := range a {
			a[i] = merge(a[i], b.([]any)[i])
		}
		return a
	}
	return b
}

// received prints what a representation says about a field set.
func (u *universe) received(typ string, set *querygraph.FieldSet, sent map[string]any, fail func(string, ...any)) string {
	t, _ := u.graph.Type(typ)
	var b strings.Builder
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(t) || f.Name == "__typename" {
			continue
		}
		value, ok := sent[f.Name]
		if !ok {
			fail("the representation of %s lacks %q", typ, f.Name)
		}
		id, _ := u.graph.Field(t, f.Name)
		fmt.Fprintf(&b, "<%s=%s>", f.Name, u.receivedValue(value, id, f, fail))
	}
	return b.String()
}

func (u *universe) receivedValue(value any, id querygraph.FieldID, f *querygraph.FieldSetField, fail func(string, ...any)) string {
	switch value := value.(type) {
	case []any:
		out := "["
		for _, item := range value {
			out += u.receivedValue(item, id, f, fail) + ","
		}
		return out + "]"
	case map[string]any:
		typ, ok := value["__typename"].(string)
		if !ok {
			typ = u.graph.Types[u.graph.Fields[id].Result].Name
		}
		return u.received(typ, f.Set, value, fail)
	}
	return fmt.Sprint(value)
}

// argumentValues prints the arguments that are given; subgraphs may know of
// others, with defaults of their own.
func argumentValues(f *ast.Field, variables map[string]any) string {
	var given []string
	for _, a := range f.Arguments {
		value, err := a.Value.Value(variables)
		if err != nil {
			continue
		}
		text, _ := json.Marshal(value)
		given = append(given, a.Name+":"+string(text))
	}
	if given == nil {
		return ""
	}
	slices.Sort(given)
	return "(" + strings.ReplaceAll(strings.Join(given, ","), "#", "") + ")"
}

// verify proves a plan without data, executes it over the subgraphs and compares
// with one server that has all the data.
func (u *universe) verify(t testing.TB, text string, p *plan.Plan) {
	t.Helper()
	if err := u.check(text, p); err != nil {
		t.Errorf("%s\n%v\n%s", text, err, p.Text(u.names()))
	}
}

func (u *universe) check(text string, p *plan.Plan) error {
	if err := u.prove(text, p); err != nil {
		return fmt.Errorf("the verifier: %w", err)
	}
	for _, variables := range assignments(text) {
		want, err := u.monolith(text, variables)
		if err != nil {
			return err
		}
		r := &run{u: u, plan: p, variables: variables, instances: map[int][]*instance{}}
		got := r.execute()
		if len(r.errs) > 0 {
			return fmt.Errorf("%v: the plan is wrong: %s", variables, strings.Join(r.errs[:min(len(r.errs), 5)], "\n"))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			return fmt.Errorf("%v: the answer is wrong (want -, got +):\n%s", variables, diff)
		}
	}
	return nil
}

// prove runs the static verifier.
func (u *universe) prove(text string, p *plan.Plan) error {
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		return err
	}
	return u.verifier.Check(op, p)
}

func (u *universe) monolith(text string, variables map[string]any) (any, error) {
	// What is deferred is a part of the answer, sooner or later.
	text = regexp.MustCompile(`@defer(\([^)]*\))?`).ReplaceAllString(text, "")
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, err
	}
	if errs := validator.ValidateWithRules(u.supergraph.API, doc, nil); len(errs) > 0 {
		return nil, errs
	}
	w := &world{u: u, schema: u.supergraph.Schema, graph: -1, variables: variables}
	op := doc.Operations[0]
	root := thing{typ: "Query", id: "root"}
	switch op.Operation {
	case ast.Mutation:
		root.typ = "Mutation"
	case ast.Subscription: // one event of it
		root.typ = "Subscription"
	}
	out := w.object(root, withoutIntrospection(op.SelectionSet), nil)
	if len(w.errs) > 0 {
		return nil, fmt.Errorf("monolith: %s", w.errs[0])
	}
	return out, nil
}

func withoutIntrospection(set ast.SelectionSet) ast.SelectionSet {
	return slices.DeleteFunc(slices.Clone(set), func(s ast.Selection) bool {
		f, ok := s.(*ast.Field)
		return ok && (f.Name == "__schema" || f.Name == "__type")
	})
}
