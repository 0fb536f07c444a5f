package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

// The codes of problems that are not composition's own.
const (
	// codeConfiguration occurs when the configuration cannot be used: a file that
	// does not exist, an unknown key.
	codeConfiguration = "INVALID_CONFIGURATION"
	// codeUnsupported occurs when the configuration names something that is not
	// built: a schema from a registry.
	codeUnsupported = "UNSUPPORTED_FEATURE"
	// codeIntrospection occurs when a running service does not tell its schema.
	codeIntrospection = "INTROSPECTION_FAILED"
	// codeFailed occurs when something else prevents the composition: the output
	// cannot be written.
	codeFailed = "FAILED"
	// hintUnusedTag occurs when a contract names a tag that no element has.
	hintUnusedTag composition.HintCode = "UNUSED_CONTRACT_TAG"
)

// problem is one reason why there is no supergraph.
type problem struct {
	Code      string  `json:"code"`
	Message   string  `json:"message"`
	Locations []place `json:"locations"`
}

// place is where a problem is: in a subgraph's schema, or in the configuration.
type place struct {
	Subgraph string `json:"subgraph"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

// Error returns the form that compilers use and editors read, a place a line:
//
//	FILE:LINE:COLUMN: error: CODE: MESSAGE [subgraph NAME]
//	FILE:LINE:COLUMN: note: subgraph NAME
//
// Behind a message of several lines the first place comes again, with its
// subgraph.
func (p *problem) Error() string {
	var b strings.Builder
	head, more, multiple := strings.Cut(p.Code+": "+p.Message, "\n")
	others := p.Locations
	if len(others) > 0 && others[0].File != "" {
		b.WriteString(others[0].prefix())
		if name := others[0].Subgraph; name != "" && !multiple {
			head += " [subgraph " + name + "]"
		}
		if !multiple {
			others = others[1:]
		}
	}
	b.WriteString("error: " + head)
	if multiple {
		b.WriteString("\n" + more)
	}
	for _, other := range others {
		b.WriteString("\n" + other.prefix() + "note: subgraph " + other.Subgraph)
	}
	return b.String()
}

// prefix is what stands before a message about the place.
func (p place) prefix() string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
}

// problems takes an error apart.
func problems(err error) []*problem {
	var (
		ready   *problem
		merging *composition.Error
		reading *federation.Error
		list    composition.Errors
		joined  interface{ Unwrap() []error }
	)
	switch {
	case errors.As(err, &list):
		joined = list
	case errors.As(err, &joined):
	case errors.As(err, &ready):
		return []*problem{ready}
	case errors.As(err, &merging):
		return []*problem{{Code: string(merging.Code), Message: merging.Message, Locations: places(merging.Locations)}}
	case errors.As(err, &reading):
		// Its position is in a supergraph that was not written.
		return []*problem{{Code: reading.Code, Message: reading.Message}}
	default:
		return []*problem{{Code: codeFailed, Message: err.Error()}}
	}
	var all []*problem
	for _, one := range joined.Unwrap() {
		all = append(all, problems(one)...)
	}
	return all
}

func places(locations []composition.Location) []place {
	var all []place
	for _, l := range locations {
		all = append(all, place(l))
	}
	return all
}

// textReport writes hints as warnings, and the schema unless a file has it. An
// error is returned as the lines to show.
func textReport(o composeOptions, result outcome, err error, io console) error {
	if err != nil {
		all := problems(err)
		lines := make([]string, 0, len(all)+1)
		for _, p := range all {
			lines = append(lines, p.Error())
		}
		lines = append(lines, "weft compose: "+count(len(all), "error")+", nothing was written")
		return errors.New(strings.Join(lines, "\n"))
	}
	for _, h := range result.hints {
		writeHint(io.err, h)
	}
	if o.output != "" {
		return nil
	}
	if _, err := fmt.Fprint(io.out, result.schema); err != nil {
		return fmt.Errorf("weft compose: %w", err)
	}
	return nil
}

// writeHint writes one line. What is for debugging only is left to JSON.
func writeHint(w io.Writer, h composition.Hint) {
	kind := "warning"
	switch h.Level {
	case composition.Info:
		kind = "info"
	case composition.Debug:
		return
	}
	coordinate := ""
	if h.Coordinate != "" {
		coordinate = " (" + h.Coordinate + ")"
	}
	fmt.Fprintf(w, "%s: %s%s: %s\n", kind, h.Code, coordinate, h.Message)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// hint is a composition.Hint in JSON.
type hint struct {
	Code       string `json:"code"`
	Level      string `json:"level"`
	Message    string `json:"message"`
	Coordinate string `json:"coordinate"`
}

// jsonReport writes one JSON object on one line, for editors and CI.
func jsonReport(o composeOptions, result outcome, err error, io console) error {
	var answer any
	switch {
	case err != nil:
		all := problems(err)
		for _, p := range all {
			if p.Locations == nil {
				p.Locations = []place{} // not null
			}
		}
		answer = map[string]any{"errors": all}
	default:
		hints := make([]hint, len(result.hints))
		for i, h := range result.hints {
			hints[i] = hint{Code: string(h.Code), Level: string(h.Level), Message: h.Message, Coordinate: h.Coordinate}
		}
		name := "supergraph"
		if o.api {
			name = "api"
		}
		answer = map[string]any{name: result.schema, "hints": hints}
	}
	encoder := json.NewEncoder(io.out)
	encoder.SetEscapeHTML(false)
	if failed := encoder.Encode(answer); failed != nil {
		return fmt.Errorf("weft compose: %w", failed)
	}
	if err != nil {
		return errReported
	}
	return nil
}
