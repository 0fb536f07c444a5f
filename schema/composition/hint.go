package composition

import "fmt"

// Level says how much a hint matters.
type Level string

// The levels, from the loudest.
const (
	Warn  Level = "WARN"
	Info  Level = "INFO"
	Debug Level = "DEBUG"
)

// Hint is a remark on subgraphs that compose: something that is allowed but
// often not meant.
type Hint struct {
	// Code is the hint's public name, as in INCONSISTENT_DESCRIPTION.
	Code  HintCode
	Level Level
	// Message says what was noticed and what composition did about it.
	Message string
	// Coordinate is the schema coordinate of the element, as in "User.name" or
	// "Query.user(id:)"; empty for the schema itself.
	Coordinate string
}

// String returns "LEVEL CODE coordinate: message".
func (h Hint) String() string {
	return fmt.Sprintf("%s %s %s: %s", h.Level, h.Code, h.Coordinate, h.Message)
}

// HintCode is the public name of a hint.
type HintCode string

// The hints that composition gives.
const (
	HintInconsistentFieldType            HintCode = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
	HintInconsistentArgumentType         HintCode = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
	HintInconsistentDefaultPresence      HintCode = "INCONSISTENT_DEFAULT_VALUE_PRESENCE"
	HintInconsistentEntity               HintCode = "INCONSISTENT_ENTITY"
	HintInconsistentObjectField          HintCode = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
	HintInconsistentInterfaceField       HintCode = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
	HintInconsistentInputField           HintCode = "INCONSISTENT_INPUT_OBJECT_FIELD"
	HintInconsistentUnionMember          HintCode = "INCONSISTENT_UNION_MEMBER"
	HintInconsistentInputEnumValue       HintCode = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
	HintInconsistentOutputEnumValue      HintCode = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
	HintInconsistentExecutablePresence   HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"
	HintInconsistentExecutableRepeatable HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE"
	HintInconsistentExecutableLocations  HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"
	HintNoExecutableIntersection         HintCode = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION"
	HintInconsistentDescription          HintCode = "INCONSISTENT_DESCRIPTION"
	HintInconsistentArgumentPresence     HintCode = "INCONSISTENT_ARGUMENT_PRESENCE"
	HintInconsistentDirectiveArguments   HintCode = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintMergedDirectiveArguments         HintCode = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintFromSubgraphDoesNotExist         HintCode = "FROM_SUBGRAPH_DOES_NOT_EXIST"
	HintOverriddenFieldCanBeRemoved      HintCode = "OVERRIDDEN_FIELD_CAN_BE_REMOVED"
	HintOverrideCanBeRemoved             HintCode = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
	HintOverrideMigration                HintCode = "OVERRIDE_MIGRATION_IN_PROGRESS"
	HintDirectiveCompositionInfo         HintCode = "DIRECTIVE_COMPOSITION_INFO"
	HintDirectiveCompositionWarn         HintCode = "DIRECTIVE_COMPOSITION_WARN"
	HintImplicitlyUpgradedVersion        HintCode = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
	HintUnusedEnumType                   HintCode = "UNUSED_ENUM_TYPE"
	HintContextualArgument               HintCode = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
	HintInconsistentRuntimeTypes         HintCode = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
)

func (c *composer) hint(code HintCode, level Level, coordinate, format string, args ...any) {
	c.hints = append(c.hints, Hint{Code: code, Level: level, Coordinate: coordinate, Message: fmt.Sprintf(format, args...)})
}
