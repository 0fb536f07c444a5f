package plan

import "github.com/vektah/gqlparser/v2/ast"

// Plan is how one operation is answered. It is immutable and safe for
// concurrent use.
type Plan struct {
	// Operation is query, mutation or subscription.
	Operation ast.Operation
	// Fetches are in an order in which they could be made one after the other;
	// Fetches[i].ID is i.
	Fetches []*Fetch
	// Positions are all places where objects stand; Positions[i].ID is i, and
	// Positions[0] is the root.
	Positions []*Position
	// Defers are the parts of the response that may come later than the rest; outer
	// ones come before inner ones.
	Defers []Defer
	// Stats tell what it took to find the plan.
	Stats Stats
}

// Stats say how much was done to find a plan.
type Stats struct {
	// Work is the number of choices that were looked at: sets of subgraphs to
	// enter at one place.
	Work int
	// Exhausted says that Config.MaxWork was spent. The plan is right, but there
	// may be one with fewer waves or requests.
	Exhausted bool
}

// Position is a place in the response where objects stand.
type Position struct {
	ID int
	// Path leads here from the root in response keys, with "@" for each list
	// level, as Apollo prints it.
	Path []string
	// Type is the supergraph's type of the field that leads here: an object,
	// interface or union type.
	Type string
	// Typename supplies the concrete type of an object here when Type is
	// abstract; its Fetch is NoFetch when Type is an object type. Objects that come
	// from an interface object get their type from a lookup in a subgraph that has
	// the interface; if nothing depends on it there is none, and its Fetch is NoFetch
	// too.
	Typename Source
	// Sources are the fetches whose responses contain the objects of this
	// position as the value of a field of the parent position. The first one
	// decides which objects there are; others hold the same objects in the same
	// order (value types that several subgraphs share). The root has every root
	// fetch. Fetches that add to the objects by representations are not among
	// them: their Entities name this position.
	Sources []int
	// Fields is what the response shows of an object here, in order. A hidden
	// position, which only feeds representations, has none.
	Fields []Field
}

// NoFetch is a Source's Fetch where no fetch is the source.
const NoFetch = -1

// NoPosition is a leaf's Position.
const NoPosition = -1

// Source says where a value of a position's object comes from.
type Source struct {
	// Fetch is the index of a fetch, or NoFetch.
	Fetch int
	// Key is the response key in that fetch's response, in the object that it
	// holds for the position.
	Key string
}

// Field is one entry of an object of the response.
type Field struct {
	// Key is the response key that the client sees.
	Key string
	// Name is the field's name in the schema.
	Name string
	// Parent is the schema's type that declares the field.
	Parent string
	// Type is the field's type in the API schema; nulls spread by it.
	Type *ast.Type
	// Types are the object types on which the field is shown, sorted; nil means
	// all. The same Key may stand in several Fields of disjoint Types.
	Types []string
	// Condition tells whether the field is shown; nil means always.
	Condition Condition
	// Defers are the parts of the response of which each has the field, by their
	// index in Plan.Defers; it is due with the first of them. Nil means at once.
	Defers []int
	// Source supplies the value. For "__typename" on a position of an object
	// type it is NoFetch: the value is the position's Type.
	Source Source
	// Position is where the field's objects stand, or NoPosition for a leaf.
	Position int
}

// Condition is a choice of alternatives, each of which is a list of tests that
// all have to hold (disjunctive normal form of @skip and @include). Nil always
// holds.
type Condition [][]Test

// Test holds when a Boolean variable of the operation has the wanted value.
type Test struct {
	Variable string // without "$"
	Want     bool   // false for @skip
}

// FetchKind says how a fetch enters its subgraph.
type FetchKind int

const (
	// RootFetch selects fields of a root operation type.
	RootFetch FetchKind = iota
	// EntityFetch selects fields of entities through Query._entities.
	EntityFetch
	// ReentryFetch selects fields of Query for objects of that type below the
	// root: all of them are the subgraph's one Query object.
	ReentryFetch
	// IntrospectionFetch selects __schema and __type; the router answers it
	// itself from the API schema.
	IntrospectionFetch
)

// Fetch is one request to one subgraph. Its response holds the objects of a
// position at most once: looked up, or as the values of a field above them.
type Fetch struct {
	ID   int
	Kind FetchKind
	// Subgraph is an index of supergraph.Supergraph.Subgraphs; it means nothing
	// for an IntrospectionFetch.
	Subgraph int
	// Operation is query, mutation or subscription; an EntityFetch is a query.
	Operation ast.Operation
	// Text is the GraphQL document that is sent, without ignored characters.
	Text string
	// Name is the operation's name in Text, or "".
	Name string
	// Variables are the names of the client's variables that Text uses, sorted.
	// The variables of representations are named in Entities.
	Variables []string
	// Position is where the objects of a ReentryFetch stand; 0 otherwise.
	Position int
	// Selections is what a root, reentry or introspection fetch selects of its
	// root type.
	Selections []Selection
	// Entities are the _entities fields of an EntityFetch.
	Entities []Entities
	// Condition tells whether the fetch is made at all; nil means always.
	Condition Condition
	// Defers are the parts of the response of which each needs the fetch, by their
	// index in Plan.Defers. Nil means that it is needed at once.
	Defers []int
	// DependsOn are the fetches that must have ended before, sorted: because
	// their values stand in the representations, because they supply the
	// objects, or because mutations run in order.
	DependsOn []int
}

// Entities is one _entities field of a fetch. Positions whose objects need the
// same selection share one, so that an entity that stands at several of them is
// sent once.
type Entities struct {
	// Key is the response key: "_entities", or an alias when one request has
	// several.
	Key string
	// Variable is the name of the variable that holds the representations.
	Variable string
	// Targets are the positions whose objects are looked up.
	Targets []Target
	// Contexts are the contextual arguments in Selections. The field is sent once
	// for each combination of their values, under further keys and variables
	// (package execute). It has one target then, and is alone in its fetch.
	Contexts []Context
	// Apart are contexts for whose sake objects that are sent alike are looked up
	// apart if they are given different values: contextual arguments below them
	// depend on it. There is one target then.
	Apart []Context
	// Selections is what is selected of each entity. Selection.Types tells the
	// entity types apart.
	Selections []Selection
}

// Context is a value that comes from the nearest of the objects above those of a
// target that gives it (Federation 2.8 §@context, §@fromContext).
type Context struct {
	// Variable is the variable in the fetch's Text that holds the value, Argument
	// the argument's name, and Type its type in the subgraph; they are empty in
	// Entities.Apart. An object for which the value is null though Type forbids it
	// is not looked up.
	Variable string
	Argument string
	Type     *ast.Type
	// ByObject says that the giver itself counts, because its value is not known
	// yet; there is one, whatever its type.
	ByObject bool
	// Givers say which objects give what. The nearest object above that one of
	// them is about counts; without any, there is no value.
	Givers []Giver
}

// Giver says what objects at a position give to a Context.
type Giver struct {
	// Position is above the target's, or in Entities.Apart the target's itself.
	Position int
	// Types are the object types that it is about, sorted; nil means all.
	Types []string
	// Fields lead to the value, which is the one leaf in them, or a list for each
	// list on the way to it. Without any, the value is null.
	Fields []RepresentationField
}

// Target is a position that an Entities field serves.
type Target struct {
	Position int
	// Representations say how an object is sent, at most one for each of its
	// object types. An object of another type is not sent.
	Representations []Representation
}

// Representation says how objects of one type are sent to a subgraph.
type Representation struct {
	// Types are the object types at the position that it applies to, sorted;
	// nil means all.
	Types []string
	// Typename is the "__typename" that is sent.
	Typename string
	// ByInterface says that Typename is an interface: the subgraph has it as an
	// interface object, or tells the objects' types by its key.
	ByInterface bool
	// Fields are the key's fields and the required ones, in order.
	Fields []RepresentationField
}

// RepresentationField is one field of a representation.
type RepresentationField struct {
	// Name is the field's name in the representation.
	Name string
	// Type is the field's type in the supergraph.
	Type *ast.Type
	// Types are the object types on which the field is sent (fragments in
	// @requires), sorted; nil means all.
	Types []string
	// Source supplies the value at the representation's position.
	Source Source
	// Position is where the objects of a composite field stand, or NoPosition.
	Position int
	// Fields are the parts of a composite field.
	Fields []RepresentationField
}

// Selection is one field in a fetch's response.
type Selection struct {
	// Key is the response key in the subgraph's response.
	Key string
	// Name is the field's name.
	Name string
	// Type is the field's type in the supergraph.
	Type *ast.Type
	// Types are the object types, as the subgraph names them, whose objects have
	// the field, sorted; nil means all. Where it is not nil, or Type is abstract and
	// no interface object in the subgraph, that is also asked for "__typename", the
	// first selection of its set, which is listed. The same Key may stand in several
	// Selections of disjoint Types.
	Types []string
	// Optional says that the field can be missing, because a @skip or @include
	// went to the subgraph with it.
	Optional bool
	// Positions are where the field's objects stand: one for each target of the
	// Entities that the selection belongs to, just one below a root fetch, nil
	// for a leaf.
	Positions []int
	// Selections are the parts of a composite field.
	Selections []Selection
}
