package operation

import (
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules are those of the GraphQL specification (section 5
// "Validation"). Their errors do not say which names were meant instead: who may
// not see the schema could find it out by asking for names that are almost
// right, and who may has an editor that knows them.
//
// Section 5.3.2 "Field Selection Merging" is not among them: see checkMerging.
func validationRules() *rules.Rules {
	all := rules.NewDefaultRules()
	for _, rule := range []struct{ talkative, silent core.Rule }{
		{rules.FieldsOnCorrectTypeRule, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ScalarLeafsRule, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		all.RemoveRule(rule.talkative.Name)
		all.AddRule(rule.silent.Name, rule.silent.RuleFunc)
	}
	all.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	return all
}
