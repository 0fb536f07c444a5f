package composition

// Code is the public name of an error, as other federation tools spell it.
type Code string

// The codes that composition raises.
const (
	// CodeInvalidGraphQL occurs when a subgraph breaks a rule of GraphQL itself,
	// as in a field of an unknown type.
	CodeInvalidGraphQL Code = "INVALID_GRAPHQL"
	// CodeUnsupportedFeature occurs when a subgraph uses something that this
	// package does not handle, as a link to the context specification by itself.
	CodeUnsupportedFeature Code = "UNSUPPORTED_FEATURE"
	// CodeInvalidSubgraphName occurs when a subgraph is named "_" or like
	// another one.
	CodeInvalidSubgraphName Code = "INVALID_SUBGRAPH_NAME"
	// CodeInvalidLinkDirectiveUsage occurs when @link imports an unknown name.
	CodeInvalidLinkDirectiveUsage Code = "INVALID_LINK_DIRECTIVE_USAGE"
	// CodeInvalidLinkIdentifier occurs when the url of @link is no url.
	CodeInvalidLinkIdentifier Code = "INVALID_LINK_IDENTIFIER"
	// CodeUnknownFederationLinkVersion occurs when federation v2.99 is linked.
	CodeUnknownFederationLinkVersion Code = "UNKNOWN_FEDERATION_LINK_VERSION"
	// CodeUnknownLinkVersion occurs when link/v9.0 is linked.
	CodeUnknownLinkVersion Code = "UNKNOWN_LINK_VERSION"
	// CodeLinkImportNameMismatch occurs when one subgraph calls @tag "@label"
	// and another does not.
	CodeLinkImportNameMismatch Code = "LINK_IMPORT_NAME_MISMATCH"
	// CodeDirectiveDefinitionInvalid occurs when a subgraph defines @key other
	// than the specification does.
	CodeDirectiveDefinitionInvalid Code = "DIRECTIVE_DEFINITION_INVALID"
	// CodeTypeDefinitionInvalid occurs when a subgraph defines FieldSet as
	// something else than a scalar.
	CodeTypeDefinitionInvalid Code = "TYPE_DEFINITION_INVALID"
	// CodeRootQueryUsed occurs when `schema { query: Q }` meets a type Query.
	CodeRootQueryUsed Code = "ROOT_QUERY_USED"
	// CodeRootMutationUsed occurs when `schema { mutation: M }` meets a type Mutation.
	CodeRootMutationUsed Code = "ROOT_MUTATION_USED"
	// CodeRootSubscriptionUsed occurs when `schema { subscription: S }` meets a type Subscription.
	CodeRootSubscriptionUsed Code = "ROOT_SUBSCRIPTION_USED"

	// CodeKeyInvalidFields occurs in @key(fields: "nope").
	CodeKeyInvalidFields Code = "KEY_INVALID_FIELDS"
	// CodeProvidesInvalidFields occurs in @provides(fields: "nope").
	CodeProvidesInvalidFields Code = "PROVIDES_INVALID_FIELDS"
	// CodeRequiresInvalidFields occurs in @requires(fields: "nope").
	CodeRequiresInvalidFields Code = "REQUIRES_INVALID_FIELDS"
	// CodeKeyInvalidFieldsType occurs in @key(fields: ["id"]).
	CodeKeyInvalidFieldsType Code = "KEY_INVALID_FIELDS_TYPE"
	// CodeProvidesInvalidFieldsType occurs in @provides(fields: ["id"]).
	CodeProvidesInvalidFieldsType Code = "PROVIDES_INVALID_FIELDS_TYPE"
	// CodeRequiresInvalidFieldsType occurs in @requires(fields: ["id"]).
	CodeRequiresInvalidFieldsType Code = "REQUIRES_INVALID_FIELDS_TYPE"
	// CodeKeyDirectiveInFields occurs in @key(fields: "id @skip(if: true)").
	CodeKeyDirectiveInFields Code = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	// CodeProvidesDirectiveInFields occurs in @provides(fields: "id @skip(if: true)").
	CodeProvidesDirectiveInFields Code = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	// CodeRequiresDirectiveInFields occurs in @requires(fields: "id @skip(if: true)").
	CodeRequiresDirectiveInFields Code = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	// CodeKeyUnsupportedOnInterface occurs when an interface has a @key before
	// federation 2.3.
	CodeKeyUnsupportedOnInterface Code = "KEY_UNSUPPORTED_ON_INTERFACE"
	// CodeProvidesUnsupportedOnInterface occurs when an interface's field has @provides.
	CodeProvidesUnsupportedOnInterface Code = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	// CodeRequiresUnsupportedOnInterface occurs when an interface's field has @requires.
	CodeRequiresUnsupportedOnInterface Code = "REQUIRES_UNSUPPORTED_ON_INTERFACE"
	// CodeKeyFieldsHasArgs occurs when a key selects a field with arguments.
	CodeKeyFieldsHasArgs Code = "KEY_FIELDS_HAS_ARGS"
	// CodeProvidesFieldsHasArgs occurs when @provides selects a field with arguments.
	CodeProvidesFieldsHasArgs Code = "PROVIDES_FIELDS_HAS_ARGS"
	// CodeKeyFieldsSelectInvalidType occurs when a key selects a field of an
	// interface or union type.
	CodeKeyFieldsSelectInvalidType Code = "KEY_FIELDS_SELECT_INVALID_TYPE"
	// CodeRequiresFieldsMissingExternal occurs when @requires selects a field
	// that is not @external.
	CodeRequiresFieldsMissingExternal Code = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	// CodeProvidesFieldsMissingExternal occurs when @provides selects a field
	// that is not @external.
	CodeProvidesFieldsMissingExternal Code = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	// CodeProvidesOnNonObjectField occurs when a field with @provides returns a scalar.
	CodeProvidesOnNonObjectField Code = "PROVIDES_ON_NON_OBJECT_FIELD"
	// CodeExternalUnused occurs when nothing uses an @external field.
	CodeExternalUnused Code = "EXTERNAL_UNUSED"
	// CodeExternalOnInterface occurs when an interface's field is @external.
	CodeExternalOnInterface Code = "EXTERNAL_ON_INTERFACE"
	// CodeExternalCollision occurs when a field is @external and @provides.
	CodeExternalCollision Code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// CodeInvalidShareableUsage occurs when @shareable stands on an interface's field.
	CodeInvalidShareableUsage Code = "INVALID_SHAREABLE_USAGE"
	// CodeMergedDirectiveOnExternal occurs when an @external field has @tag.
	CodeMergedDirectiveOnExternal Code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	// CodeInterfaceKeyNotOnImplementation occurs when an implementation lacks
	// its interface's key.
	CodeInterfaceKeyNotOnImplementation Code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	// CodeInterfaceKeyMissingImplementation occurs when a subgraph with an
	// interface's key does not define all of its implementations.
	CodeInterfaceKeyMissingImplementation Code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	// CodeInterfaceObjectUsage occurs when a type with @interfaceObject cannot stand
	// for an interface: `type I @interfaceObject { id: ID! }` without a @key, or
	// where no subgraph has the interface I.
	CodeInterfaceObjectUsage Code = "INTERFACE_OBJECT_USAGE_ERROR"
	// CodeContextNameInvalid occurs in @context(name: "my_context").
	CodeContextNameInvalid Code = "CONTEXT_NAME_INVALID"
	// CodeNoContextInSelection occurs in @fromContext(field: "{ name }"), which
	// names no context.
	CodeNoContextInSelection Code = "NO_CONTEXT_IN_SELECTION"
	// CodeContextNotSet occurs when @fromContext names a context that no type of
	// its subgraph has, or stands where no context can be.
	CodeContextNotSet Code = "CONTEXT_NOT_SET"
	// CodeContextInvalidSelection occurs in @fromContext(field: "$c { a b }"),
	// which selects more than one field.
	CodeContextInvalidSelection Code = "CONTEXT_INVALID_SELECTION"
	// CodeContextNoResolvableKey occurs when a type without a resolvable key has
	// a field with @fromContext.
	CodeContextNoResolvableKey Code = "CONTEXT_NO_RESOLVABLE_KEY"
	// CodeContextualArgument occurs when an argument has @fromContext in one
	// subgraph and is required by another.
	CodeContextualArgument Code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"

	// CodeCostOnInterfaceField occurs when an interface's field has @cost.
	CodeCostOnInterfaceField Code = "COST_APPLIED_TO_INTERFACE_FIELD"
	// CodeListSizeOnNonList occurs when @listSize stands on a field that is no list.
	CodeListSizeOnNonList Code = "LIST_SIZE_APPLIED_TO_NON_LIST"
	// CodeListSizeInvalidAssumedSize occurs in @listSize(assumedSize: -1).
	CodeListSizeInvalidAssumedSize Code = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	// CodeListSizeInvalidSlicingArgument occurs when slicingArguments names no
	// integer argument.
	CodeListSizeInvalidSlicingArgument Code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	// CodeListSizeInvalidSizedField occurs when sizedFields names no list field.
	CodeListSizeInvalidSizedField Code = "LIST_SIZE_INVALID_SIZED_FIELD"
	// CodeAuthOnInterface occurs when an interface has @authenticated.
	CodeAuthOnInterface Code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
	// CodeMissingTransitiveAuth occurs when a field @requires a protected field
	// without demanding the same.
	CodeMissingTransitiveAuth Code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"

	// CodeTypeWithOnlyUnusedExternal occurs when nothing uses the fields of a
	// type of federation 1, all of which are @external.
	CodeTypeWithOnlyUnusedExternal Code = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	// CodeExtensionWithNoBase occurs when every subgraph only extends a type.
	CodeExtensionWithNoBase Code = "EXTENSION_WITH_NO_BASE"
	// CodeTypeKindMismatch occurs when a type is an object here, an interface there.
	CodeTypeKindMismatch Code = "TYPE_KIND_MISMATCH"
	// CodeFieldTypeMismatch occurs when a field is an Int here, a String there.
	CodeFieldTypeMismatch Code = "FIELD_TYPE_MISMATCH"
	// CodeFieldArgumentTypeMismatch occurs when an argument is an Int here, a String there.
	CodeFieldArgumentTypeMismatch Code = "FIELD_ARGUMENT_TYPE_MISMATCH"
	// CodeFieldArgumentDefaultMismatch occurs when an argument defaults to 1 here, to 2 there.
	CodeFieldArgumentDefaultMismatch Code = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	// CodeInputFieldDefaultMismatch occurs when an input field defaults to 1 here, to 2 there.
	CodeInputFieldDefaultMismatch Code = "INPUT_FIELD_DEFAULT_MISMATCH"
	// CodeRequiredArgumentMissing occurs when a required argument is not everywhere.
	CodeRequiredArgumentMissing Code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	// CodeRequiredInputFieldMissing occurs when a required input field is not everywhere.
	CodeRequiredInputFieldMissing Code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	// CodeEmptyMergedInputType occurs when subgraphs share no field of an input type.
	CodeEmptyMergedInputType Code = "EMPTY_MERGED_INPUT_TYPE"
	// CodeEnumValueMismatch occurs when an enum for input and output differs.
	CodeEnumValueMismatch Code = "ENUM_VALUE_MISMATCH"
	// CodeEmptyMergedEnumType occurs when subgraphs share no value of an input enum.
	CodeEmptyMergedEnumType Code = "EMPTY_MERGED_ENUM_TYPE"
	// CodeExternalMissingOnBase occurs when a field is @external everywhere.
	CodeExternalMissingOnBase Code = "EXTERNAL_MISSING_ON_BASE"
	// CodeExternalTypeMismatch occurs when an @external field has another type
	// than the real one.
	CodeExternalTypeMismatch Code = "EXTERNAL_TYPE_MISMATCH"
	// CodeExternalArgumentMissing occurs when an @external field lacks an argument.
	CodeExternalArgumentMissing Code = "EXTERNAL_ARGUMENT_MISSING"
	// CodeExternalArgumentTypeMismatch occurs when an argument of an @external
	// field has another type than the real one.
	CodeExternalArgumentTypeMismatch Code = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	// CodeExternalArgumentDefaultMismatch occurs when an argument of an
	// @external field has another default than the real one.
	CodeExternalArgumentDefaultMismatch Code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	// CodeInvalidFieldSharing occurs when several subgraphs resolve a field that
	// is not @shareable.
	CodeInvalidFieldSharing Code = "INVALID_FIELD_SHARING"
	// CodeShareableRuntimeTypes occurs when a shared field's abstract type has
	// no possible type in common.
	CodeShareableRuntimeTypes Code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	// CodeInterfaceFieldNoImplem occurs when a merged object lacks a field of
	// its merged interface.
	CodeInterfaceFieldNoImplem Code = "INTERFACE_FIELD_NO_IMPLEM"
	// CodeNoQueries occurs when no subgraph has a query.
	CodeNoQueries Code = "NO_QUERIES"
	// CodeDirectiveComposition occurs in @composeDirective(name: "@key").
	CodeDirectiveComposition Code = "DIRECTIVE_COMPOSITION_ERROR"
	// CodeOverrideFromSelf occurs in @override(from:) with the subgraph's own name.
	CodeOverrideFromSelf Code = "OVERRIDE_FROM_SELF_ERROR"
	// CodeOverrideSourceHasOverride occurs when two subgraphs override each other.
	CodeOverrideSourceHasOverride Code = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	// CodeOverrideCollision occurs when @override meets @external, @requires or @provides.
	CodeOverrideCollision Code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// CodeOverrideLabelInvalid occurs in @override(from:, label: "percent(200)").
	CodeOverrideLabelInvalid Code = "OVERRIDE_LABEL_INVALID"
	// CodeOverrideOnInterface occurs when an interface's field has @override.
	CodeOverrideOnInterface Code = "OVERRIDE_ON_INTERFACE"

	// CodeSatisfiability occurs when a query of the API cannot be answered,
	// because no subgraph with one of its fields can be reached.
	CodeSatisfiability Code = "SATISFIABILITY_ERROR"
	// CodeMaxStatesExceeded occurs when there are too many ways to reach objects
	// to check all of them.
	CodeMaxStatesExceeded Code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"

	// CodeDisallowedInaccessible occurs when an element of a specification whose
	// directive is composed is @inaccessible.
	CodeDisallowedInaccessible Code = "DISALLOWED_INACCESSIBLE"
	// CodeReferencedInaccessible occurs when a visible field has a hidden type.
	CodeReferencedInaccessible Code = "REFERENCED_INACCESSIBLE"
	// CodeDefaultUsesInaccessible occurs when a visible default uses a hidden enum value.
	CodeDefaultUsesInaccessible Code = "DEFAULT_VALUE_USES_INACCESSIBLE"
	// CodeQueryRootInaccessible occurs when Query is @inaccessible.
	CodeQueryRootInaccessible Code = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// CodeRequiredInaccessible occurs when a required argument is @inaccessible.
	CodeRequiredInaccessible Code = "REQUIRED_INACCESSIBLE"
	// CodeImplementedByInaccessible occurs when a hidden field implements a visible one.
	CodeImplementedByInaccessible Code = "IMPLEMENTED_BY_INACCESSIBLE"
	// CodeOnlyInaccessibleChildren occurs when every field of a visible type is hidden.
	CodeOnlyInaccessibleChildren Code = "ONLY_INACCESSIBLE_CHILDREN"
)
