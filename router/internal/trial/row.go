package trial

import "github.com/weftql/weft/schema/universe"

// Row is a construct of federation on which the execution of a plan can depend.
type Row int

// The rows, in the order of the table. rows says what each of them counts.
const (
	Key Row = iota
	CompoundKey
	NestedKey
	SeveralKeys
	KeyDetour
	UnresolvableKey
	Requires
	RequiresChain
	RequiresNested
	RequiresArguments
	RequiresFragments
	RequiresAlias
	Provides
	Override
	OverrideLabel
	Shareable
	ValueTypes
	InaccessibleInput
	InaccessibleArgument
	InaccessibleEnum
	PartialEnum
	PartialInput
	Interfaces
	Unions
	PartialInterfaces
	PartialUnions
	SharedRoots
	SeveralRoots
	Reentry
	Mutations
	MutationSteps
	Subscriptions
	Conditions
	FetchConditions
	Defers
	Aliases
	Arguments
	Variables
	NestedLists
	Positions
	Merged
	Exhausted
	InterfaceObjects
	Contexts
	rowCount
)

// rows names the constructs and says when a trial depends on one. Only requests
// that were made count, and of their lookups only types of which objects were sent.
var rows = [rowCount]struct{ name, means string }{
	Key:                  {"@key, one field", "a representation was sent by a key of one leaf"},
	CompoundKey:          {"@key, several fields", "a representation was sent by a key of several fields"},
	NestedKey:            {"@key, nested fields", "a representation was sent by a key with parts of an object"},
	SeveralKeys:          {"@key, a choice of keys", "the subgraph that was entered has other keys, which the representation does not hold"},
	KeyDetour:            {"@key, by way of another", "the key came from a subgraph that was itself entered by a key at this place"},
	UnresolvableKey:      {"@key(resolvable: false)", "the key came from a subgraph that only refers to the type"},
	Requires:             {"@requires", "a representation held an input for a selected field with @requires"},
	RequiresChain:        {"@requires, of @requires", "such an input has @requires itself"},
	RequiresNested:       {"@requires, nested", "such an input has parts"},
	RequiresArguments:    {"@requires, with arguments", "such an input has arguments"},
	RequiresFragments:    {"@requires, with fragments", "such an input is meant for some types only"},
	RequiresAlias:        {"@requires, under an alias", "a part of a representation was fetched under another key than its name"},
	Provides:             {"@provides", "an external field was read from the subgraph that provides it"},
	Override:             {"@override", "a field was read from the subgraph that overrides it for good"},
	OverrideLabel:        {"@override(label:)", "a field was read that moves between subgraphs by a label"},
	Shareable:            {"@shareable", "a field of no key was read from one of several subgraphs that resolve it"},
	ValueTypes:           {"@shareable, value types", "an object was put together from several subgraphs without a key"},
	InaccessibleInput:    {"@inaccessible, inputs", "a representation held a field that clients cannot see"},
	InaccessibleArgument: {"@inaccessible, arguments", "a field was read or an input object passed of which a part is hidden from clients"},
	InaccessibleEnum:     {"@inaccessible, enum values", "an enum was read or passed of which values are hidden from clients"},
	PartialEnum:          {"enums that differ", "an enum was read or passed of which subgraphs know different values"},
	PartialInput:         {"input types that differ", "an input object was passed of which subgraphs know different fields"},
	Interfaces:           {"interfaces", "the answer shows different fields by the type of an object behind an interface"},
	Unions:               {"unions", "the answer shows different fields by the type of an object behind a union"},
	PartialInterfaces:    {"partial interfaces", "objects behind an interface were read where the subgraph lacks some of their types"},
	PartialUnions:        {"partial unions", "objects behind a union were read where the subgraph lacks some of their types"},
	SharedRoots:          {"shared roots", "a root field was read from one of several subgraphs that resolve it"},
	SeveralRoots:         {"several roots", "the operation began in several subgraphs"},
	Reentry:              {"re-entry", "an object of the type Query below the root was entered in another subgraph"},
	Mutations:            {"mutations", "the operation is a mutation that needed several requests"},
	MutationSteps:        {"mutations, in order", "root fields of a mutation were in several requests"},
	Subscriptions:        {"subscriptions", "the operation is a subscription that needed more than its primary request"},
	Conditions:           {"@skip, @include", "what is shown depends on a variable"},
	FetchConditions:      {"@skip, @include of fetches", "whether a request is made depends on a variable"},
	Defers:               {"@defer", "a part of the answer may come later (it was executed at once)"},
	Aliases:              {"aliases", "a value was fetched under another key than the one that the client wants"},
	Arguments:            {"arguments", "a field was read with arguments"},
	Variables:            {"variables", "a request had variables of the client's"},
	NestedLists:          {"nested lists", "objects stood in lists of lists"},
	Positions:            {"lookups at several places", "objects of several places were sent as one list"},
	Merged:               {"lookups in one request", "one request looked up several lists of objects"},
	Exhausted:            {"planning without a budget", "the plan is the first that was found"},
	InterfaceObjects:     {"@interfaceObject", "fields were read of an interface object, for objects whose type the subgraph does not know"},
	Contexts:             {"@context", "a field was read with an argument that comes from an object above"},
}

// Rows lists the constructs.
func Rows() []Row {
	out := make([]Row, rowCount)
	for i := range out {
		out[i] = Row(i)
	}
	return out
}

// in tells whether universes have the construct.
func (r Row) in(options universe.Options) bool {
	switch r {
	case InterfaceObjects:
		return options.InterfaceObjects > 0
	case Contexts:
		return options.Contexts > 0
	}
	return true
}

// String is the row's name, Means what it counts.
func (r Row) String() string { return rows[r].name }

// Means says when a trial depends on the construct.
func (r Row) Means() string { return rows[r].means }

// RowSet is a set of rows.
type RowSet uint64

// Has tells whether a row is in the set.
func (s RowSet) Has(r Row) bool { return s&(1<<r) != 0 }

func (s *RowSet) add(r Row, when bool) {
	if when {
		*s |= 1 << r
	}
}
