package env

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setting describes one variable, for help texts.
type Setting struct {
	Name    string
	Default string // "" if the variable is required or empty by default
	Meaning string
	// Secret says that the value is never shown, and that NAME_FILE may name a file
	// that holds it.
	Secret bool
}

// Reader reads variables and collects what is wrong with them. It is not safe
// for concurrent use.
type Reader struct {
	prefix   string
	values   map[string]string
	settings []Setting
	errs     []error
}

// New returns a Reader of the environment, a list of NAME=value as os.Environ
// returns it, for a program whose own variables begin with prefix.
func New(environment []string, prefix string) *Reader {
	r := &Reader{prefix: prefix, values: map[string]string{}}
	for _, pair := range environment {
		if name, value, ok := strings.Cut(pair, "="); ok {
			r.values[name] = value
		}
	}
	return r
}

// Text returns a variable's value, or preset if it is not set or empty.
func (r *Reader) Text(name, preset, meaning string) string {
	r.settings = append(r.settings, Setting{Name: name, Default: preset, Meaning: meaning})
	if value := r.values[name]; value != "" {
		return value
	}
	return preset
}

// Secret returns the value of name or the content of the file that name_FILE
// names, "" if neither is set.
func (r *Reader) Secret(name, meaning string) string {
	r.settings = append(r.settings, Setting{Name: name, Meaning: meaning, Secret: true})
	value, file := r.values[name], r.values[name+"_FILE"]
	switch {
	case value != "" && file != "":
		r.errs = append(r.errs, fmt.Errorf("%s and %s_FILE are both set: remove one", name, name))
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			r.errs = append(r.errs, fmt.Errorf("%s_FILE: %w", name, err))
			return ""
		}
		if value = strings.TrimSpace(string(content)); value == "" {
			r.errs = append(r.errs, fmt.Errorf("%s_FILE: %s is empty", name, file))
		}
	}
	return value
}

// Require notes an error for each of the secrets that is not set.
func (r *Reader) Require(secrets ...string) {
	for _, name := range secrets {
		if r.values[name] == "" && r.values[name+"_FILE"] == "" {
			r.errs = append(r.errs, fmt.Errorf("%s is not set: %s (or %s_FILE, a file that holds it)", name, r.meaning(name), name))
		}
	}
}

// meaning returns what the secret is for.
func (r *Reader) meaning(secret string) string {
	for _, s := range r.settings {
		if s.Name == secret {
			return s.Meaning
		}
	}
	return ""
}

// Refuse notes that a variable's value is wrong, and why.
func (r *Reader) Refuse(name string, reason error) {
	r.errs = append(r.errs, fmt.Errorf("%s: %w", name, reason))
}

// Int returns a whole number between low and high.
func (r *Reader) Int(name string, preset, low, high int, meaning string) int {
	text := r.Text(name, strconv.Itoa(preset), meaning)
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		r.errs = append(r.errs, fmt.Errorf("%s is %q, but must be a number from %d to %d", name, text, low, high))
		return preset
	}
	return n
}

// Duration returns a span of time between low and high, written as Go does: 1m30s.
func (r *Reader) Duration(name string, preset, low, high time.Duration, meaning string) time.Duration {
	text := r.Text(name, span(preset), meaning)
	d, err := time.ParseDuration(text)
	if err != nil || d < low || d > high {
		r.errs = append(r.errs, fmt.Errorf("%s is %q, but must be a duration from %s to %s, such as 90s or 1h30m", name, text, span(low), span(high)))
		return preset
	}
	return d
}

// span writes a duration without the zeros at its end: 5m, not 5m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Settings returns the variables that were read, in that order.
func (r *Reader) Settings() []Setting { return slices.Clone(r.settings) }

// Close returns everything that was wrong, one line each, or nil. Call it when
// all variables are read.
func (r *Reader) Close() error {
	known := r.names()
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		switch {
		case slices.Contains(known, name):
		case strings.HasPrefix(name, r.prefix):
			r.errs = append(r.errs, fmt.Errorf("%s is not a variable of this program%s", name, r.advice(name)))
		default:
			if meant := misspelt(name, known); meant != "" {
				r.errs = append(r.errs, fmt.Errorf("%s is not a variable of this program: did you mean %s?", name, meant))
			}
		}
	}
	return errors.Join(r.errs...)
}

// names lists the variables that were read, and those of files.
func (r *Reader) names() []string {
	var names []string
	for _, s := range r.settings {
		names = append(names, s.Name)
		if s.Secret {
			names = append(names, s.Name+"_FILE")
		}
	}
	return names
}

// advice says what an unknown variable was meant to be: the known one that is
// spelt most like it, or one of all that begin as it does.
func (r *Reader) advice(unknown string) string {
	var own []string
	best, distance := "", len(unknown)
	for _, name := range r.names() {
		if !strings.HasPrefix(name, r.prefix) {
			continue
		}
		own = append(own, name)
		if d := edits(unknown, name); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case len(own) == 0:
		return ""
	case best != "" && (distance <= 2 || distance <= (len(unknown)-len(r.prefix))/3):
		return ": did you mean " + best + "?"
	}
	return ": it knows " + strings.Join(own, ", ")
}
