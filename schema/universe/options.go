package universe

import "cmp"

// Options weigh what a random universe has. Each weight is the chance, in
// percent, that a universe, type or field for which the construct is possible
// has it; zero is never.
type Options struct {
	// MinSubgraphs and MaxSubgraphs bound the number of subgraphs. Default to 2
	// and 8.
	MinSubgraphs, MaxSubgraphs int

	// Weights of keys: entities with more than one key, keys of several fields,
	// keys of nested fields, and subgraphs that only refer to an entity
	// (resolvable: false).
	SeveralKeys, CompoundKeys, NestedKeys, Unresolvable int
	// Weights of federation's directives on fields.
	Requires, Provides, Override, Shareable int
	// PartialValues is the weight of value types of which subgraphs know
	// different fields.
	PartialValues int
	// Weights of abstract types.
	Interfaces, Unions int
	// InterfaceObjects is the weight of an interface with a key for which some
	// subgraphs have an interface object.
	InterfaceObjects int
	// InterfaceObjectSharing is the weight of shared fields that return the interface
	// in one subgraph and the interface object in another, at which Apollo's
	// composition throws.
	InterfaceObjectSharing int
	// Arguments is the weight of arguments on a field.
	Arguments int
	// Weights of what changes the API or only describes it.
	Inaccessible, Tag, Deprecated, Description int
	// Weights of access control and cost.
	Auth, Cost int
	// ExecutableDirectives is the weight of a directive for operations, and of
	// one for schemas, which composition drops.
	ExecutableDirectives int
	// Variance is the weight of declarations of one element that differ as far
	// as composition allows: nullability, arguments, enum values, members.
	Variance int
	// Extensions is the weight of types that are written in several parts.
	Extensions int
	// Mutations is the weight of a mutation type.
	Mutations int
	// Reentry is the weight of fields that return Query.
	Reentry int
	// Renames is the weight of subgraphs that import directives under other
	// names, or none, and write "@federation__key".
	Renames int

	// Remarks is the weight of what composes but is remarked on: defaults that
	// only some subgraphs have, enums that nothing uses, directives for operations
	// that subgraphs define differently, overrides of fields that are not there,
	// directives of a feature that subgraphs version or name differently.
	Remarks int
	// Subscriptions is the weight of a subscription type.
	Subscriptions int
	// Connectors is the weight of a universe with @connect.
	Connectors int
	// OwnLinks is the weight of a universe some of whose subgraphs link the
	// specifications of tags, access control and cost beside federation's.
	OwnLinks int

	// Contexts is the weight of a universe with contextual arguments.
	Contexts int
	// CacheTag is the weight of a universe with cache tags.
	CacheTag int
	// OverrideLabel is the weight of a label on an @override, ComposeDirective
	// that of a directive of the subgraphs' own that stays in the supergraph, and
	// Federation1 that of subgraphs written for federation 1, which have no @link;
	// unless it is zero, there is at least one.
	OverrideLabel, ComposeDirective, Federation1 int
}

// Everything returns options with all that subgraphs of federation 2 have: every
// construct but that of Federation1.
func Everything() Options {
	return Options{
		SeveralKeys: 50, CompoundKeys: 30, NestedKeys: 25, Unresolvable: 20,
		Requires: 35, Provides: 30, Override: 15, Shareable: 25,
		PartialValues: 30, Interfaces: 60, Unions: 50, InterfaceObjects: 20, Arguments: 30,
		Inaccessible: 6, Tag: 8, Deprecated: 6, Description: 12, Auth: 6, Cost: 6,
		ExecutableDirectives: 30, Variance: 15, Extensions: 12, Mutations: 30, Reentry: 8, Renames: 15,
		OverrideLabel: 30, ComposeDirective: 25, CacheTag: 15, Remarks: 20, Subscriptions: 15, OwnLinks: 10, Connectors: 6,
		Contexts: 25,
	}
}

// Answerable returns options for universes whose answers are compared: without
// what has no bearing on them.
func Answerable() Options {
	o := Everything()
	o.Override, o.OverrideLabel = 30, 60
	o.ComposeDirective, o.CacheTag, o.InterfaceObjectSharing = 0, 0, 40
	o.InterfaceObjects = 40
	o.Subscriptions = 40
	o.Contexts = 50
	o.Remarks, o.Connectors, o.OwnLinks = 0, 0, 0
	o.Auth, o.Cost, o.Tag, o.Deprecated, o.Description, o.Renames, o.ExecutableDirectives = 0, 0, 0, 0, 0, 0, 0
	return o
}

func (o Options) withDefaults() Options {
	o.MinSubgraphs = max(2, o.MinSubgraphs)
	o.MaxSubgraphs = max(o.MinSubgraphs, cmp.Or(o.MaxSubgraphs, 8))
	return o
}
