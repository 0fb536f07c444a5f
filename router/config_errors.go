package router

import (
	"slices"

	"github.com/weftql/weft/router/internal/execute"
)

// IncludeErrorsConfig says what clients may read of subgraphs' errors: of those
// that they report, and of those that say why they did not answer. What is
// withheld of a message is replaced by "Subgraph errors redacted".
type IncludeErrorsConfig struct {
	// All is for every subgraph that is not named. Defaults to nothing.
	All ErrorsConfig `yaml:"all"`
	// Subgraphs is for single ones, by their names. What an item does not say is as
	// in All, unless it is true or false.
	Subgraphs map[string]ErrorsConfig `yaml:"subgraphs"`
}

// ErrorsConfig says what clients may read of a subgraph's errors. In a file it is
// true, false, or keys with values.
type ErrorsConfig struct {
	// Whole shows errors as they are, with the subgraph's name as the extension
	// "service". In a file it stands in place of the keys.
	Whole *bool `yaml:",scalar"`
	// RedactMessage replaces messages. Defaults to true.
	RedactMessage *bool `yaml:"redact_message"`
	// AllowExtensionsKeys are the keys of extensions that are shown; for a single
	// subgraph, beside those of All. Defaults to none.
	AllowExtensionsKeys []string `yaml:"allow_extensions_keys"`
}

func (c IncludeErrorsConfig) withDefaults() IncludeErrorsConfig {
	if c.All.Whole == nil && c.All.RedactMessage == nil && c.All.AllowExtensionsKeys == nil {
		c.All.Whole = new(false)
	}
	return c
}

// exposure returns what clients may read of a subgraph's errors.
func (c IncludeErrorsConfig) exposure(subgraph string) execute.Exposure {
	all := c.All
	single, named := c.Subgraphs[subgraph]
	switch {
	case !named:
		single = all
	case single.Whole == nil:
		if single.RedactMessage == nil {
			single.RedactMessage = all.RedactMessage
		}
		single.AllowExtensionsKeys = slices.Concat(all.AllowExtensionsKeys, single.AllowExtensionsKeys)
	}
	if single.Whole != nil {
		return execute.Exposure{Whole: *single.Whole}
	}
	return execute.Exposure{
		Message:    single.RedactMessage != nil && !*single.RedactMessage,
		Extensions: single.AllowExtensionsKeys,
	}
}
