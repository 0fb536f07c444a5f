package variable

import (
	"errors"
	"fmt"
	"strings"
)

// ErrReference says that "${…}" is none of the references that are known here.
var ErrReference = errors.New("no reference to a variable")

// Sources are where values come from.
type Sources struct {
	// Env looks a variable of the environment up. Defaults to none being set.
	Env func(name string) (string, bool)
	// File reads a file. Defaults to ${file.PATH} being no reference.
	File func(path string) (string, error)
}

// Expand replaces ${env.NAME}, ${env.NAME:-default} and ${file.PATH}. Its errors
// do not show what variables hold; those about a reference wrap ErrReference.
func Expand(text string, sources Sources) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		reference, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", sources.unknown(reference)
		}
		value, err := sources.value(reference)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		text = after
	}
}

// value is what stands for "${reference}".
func (s Sources) value(reference string) (string, error) {
	if path, isFile := strings.CutPrefix(reference, "file."); isFile && path != "" && s.File != nil {
		return s.File(path)
	}
	name, isEnv := strings.CutPrefix(reference, "env.")
	name, fallback, hasFallback := strings.Cut(name, ":-")
	if !isEnv || name == "" {
		return "", s.unknown(reference)
	}
	if s.Env != nil {
		if value, set := s.Env(name); set {
			return value, nil
		}
	}
	if !hasFallback {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	return fallback, nil
}

func (s Sources) unknown(reference string) error {
	known := "${env.NAME} or ${env.NAME:-default}"
	if s.File != nil {
		known = "${env.NAME}, ${env.NAME:-default} or ${file.PATH}"
	}
	return fmt.Errorf("%q is %w: want %s", "${"+reference, ErrReference, known)
}
