package subgraph

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// HeaderConfig says which headers go from clients to subgraphs, and back. Its
// keys are those of Apollo Router's headers; responses, which that has no keys
// for, are as in Hive Router. By default nothing goes anywhere.
//
// The rules of a list are followed in their order, those for all subgraphs before
// those for one. They build a list of headers: see Propagate, Insert and Remove.
type HeaderConfig struct {
	// All is for every subgraph.
	All HeaderLists `yaml:"all"`
	// Subgraphs is for single ones, by their names, besides what All says.
	Subgraphs map[string]HeaderLists `yaml:"subgraphs"`
}

// HeaderLists are rules for headers.
type HeaderLists struct {
	// Request is from the client's request to the subgraph's.
	Request []HeaderRule `yaml:"request"`
	// Response is from the subgraph's response to the client's.
	Response []HeaderRule `yaml:"response"`
}

// HeaderRule is one rule: one of its fields is set.
type HeaderRule struct {
	Propagate *Propagate `yaml:"propagate"`
	Insert    *Insert    `yaml:"insert"`
	Remove    *Remove    `yaml:"remove"`
}

// Propagate adds headers as they came, unless an earlier rule has added headers of
// the same name.
type Propagate struct {
	// Named is the name of a header.
	Named string `yaml:"named"`
	// Matching is a regular expression (RE2), in place of Named, for names in lower
	// case. It need not match the whole name.
	Matching string `yaml:"matching"`
	// Rename is the name under which the header Named is added. Defaults to that.
	Rename string `yaml:"rename"`
	// Default is added if there is no header Named. Defaults to none.
	Default string `yaml:"default"`
	// Algorithm says which of several responses counts: that of the last request of
	// the plan that was answered (last), of the first one (first), or all, with
	// commas between them (append). Cookies are kept all. Defaults to last. It is
	// for responses alone.
	Algorithm string `yaml:"algorithm"`
}

// Insert adds a header, in place of those of the same name that are there.
type Insert struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

// Remove removes what earlier rules have added.
type Remove struct {
	// Named is the name of a header.
	Named string `yaml:"named"`
	// Matching is a regular expression for names in lower case, in place of Named.
	Matching string `yaml:"matching"`
}

// Algorithms of Propagate.
const (
	last      = "last"
	first     = "first"
	appending = "append"
)

// Validate returns the first problem, or nil.
func (c HeaderConfig) Validate() *Problem {
	if problem := c.All.validate("all"); problem != nil {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		if problem := c.Subgraphs[name].validate("subgraphs", name); problem != nil {
			return problem
		}
	}
	return nil
}

func (l HeaderLists) validate(path ...string) *Problem {
	for i, rule := range l.Request {
		if problem := rule.validate(reservedInRequests, false); problem != nil {
			return problem.below(append(path, "request", strconv.Itoa(i))...)
		}
	}
	for i, rule := range l.Response {
		if problem := rule.validate(reservedInResponses, true); problem != nil {
			return problem.below(append(path, "response", strconv.Itoa(i))...)
		}
	}
	return nil
}

// below returns the problem with a path before its own.
func (p *Problem) below(path ...string) *Problem {
	return &Problem{slices.Concat(path, p.Field), p.Message}
}

func (r HeaderRule) validate(reserved reservation, response bool) *Problem {
	switch {
	case r.Propagate != nil && r.Insert == nil && r.Remove == nil:
		if problem := r.Propagate.validate(reserved, response); problem != nil {
			return problem.below("propagate")
		}
	case r.Insert != nil && r.Propagate == nil && r.Remove == nil:
		if problem := r.Insert.validate(reserved); problem != nil {
			return problem.below("insert")
		}
	case r.Remove != nil && r.Propagate == nil && r.Insert == nil:
		if problem := validateChoice(r.Remove.Named, r.Remove.Matching); problem != nil {
			return problem.below("remove")
		}
	default:
		return &Problem{nil, "a rule has one of the keys propagate, insert and remove"}
	}
	return nil
}

// validateChoice checks that there is a name or a regular expression.
func validateChoice(named, matching string) *Problem {
	switch {
	case (named == "") == (matching == ""):
		return &Problem{nil, "want one of named and matching"}
	case named != "" && !isToken(named):
		return &Problem{[]string{"named"}, fmt.Sprintf("%q is no name of a header", named)}
	}
	if _, err := regexp.Compile(matching); err != nil {
		return &Problem{[]string{"matching"}, err.Error()}
	}
	return nil
}

func (p *Propagate) validate(reserved reservation, response bool) *Problem {
	if problem := validateChoice(p.Named, p.Matching); problem != nil {
		return problem
	}
	switch {
	case p.Matching != "" && (p.Rename != "" || p.Default != ""):
		return &Problem{[]string{"matching"}, "rename and default are for a header that is named"}
	case reserved.has(p.Named):
		return &Problem{[]string{"named"}, fmt.Sprintf("%s is never propagated: it is about the connection, the body or caches, or the router's own", p.Named)}
	case p.Rename != "" && !isToken(p.Rename):
		return &Problem{[]string{"rename"}, fmt.Sprintf("%q is no name of a header", p.Rename)}
	case reserved.has(p.Rename):
		return &Problem{[]string{"rename"}, fmt.Sprintf("%s is never propagated: it is about the connection, the body or caches, or the router's own", p.Rename)}
	case !isFieldValue(p.Default):
		return &Problem{[]string{"default"}, "it has a line break or another control character"}
	case p.Algorithm != "" && !response:
		return &Problem{[]string{"algorithm"}, "it is for responses: a request goes to one subgraph"}
	case p.Algorithm != "" && p.Algorithm != last && p.Algorithm != first && p.Algorithm != appending:
		return &Problem{[]string{"algorithm"}, fmt.Sprintf("%q is none of last, first, append", p.Algorithm)}
	}
	return nil
}

func (i *Insert) validate(reserved reservation) *Problem {
	switch {
	case !isToken(i.Name):
		return &Problem{[]string{"name"}, fmt.Sprintf("%q is no name of a header", i.Name)}
	case reserved.has(i.Name):
		return &Problem{[]string{"name"}, fmt.Sprintf("%s cannot be set: it is about the connection, the body or caches, or the router's own", i.Name)}
	case !isFieldValue(i.Value): // which may be a secret
		return &Problem{[]string{"value"}, "it has a line break or another control character"}
	}
	return nil
}

// isToken tells whether text is the name of a header (RFC 9110 §5.6.2).
func isToken(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}

// isFieldValue tells whether text can stand in a header (RFC 9110 §5.5).
func isFieldValue(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return true
}
