package router

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// ConfigFile is a configuration that was read from a file, and where in it each
// setting stands. It is immutable. The zero value stands for no file.
type ConfigFile struct {
	// Config is what the file says.
	Config Config

	name string
	root ast.Node // nil if the file says nothing
}

// ReadConfig reads a configuration in YAML. A key that a Config does not have is
// an error, and so is one that is there twice.
//
// A value may refer to environment variables, as in Apollo Router: ${env.NAME},
// or ${env.NAME:-default} if it may be unset. lookup finds them (os.LookupEnv).
// ${file.PATH} stands for what a file holds; its path is relative to that of the
// configuration. Errors begin with name:line:column and do not show what variables
// and files hold.
func ReadConfig(name string, text []byte, lookup func(string) (string, bool)) (*ConfigFile, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil {
			return nil, at(name, syntax.GetToken(), "%s", syntax.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file := &ConfigFile{name: name}
	for _, document := range tree.Docs {
		switch {
		case document.Body == nil || document.Body.Type() == ast.NullType || document.Body.Type() == ast.CommentType:
		case file.root != nil:
			return nil, at(name, document.Body.GetToken(), "a configuration is one YAML document; here a second one begins")
		default:
			file.root = document.Body
		}
	}
	if file.root == nil {
		return file, nil
	}
	d := configDecoder{name: name, lookup: lookup}
	if err := d.value(file.root, nil, reflect.ValueOf(&file.Config).Elem()); err != nil {
		return nil, err
	}
	if keys := &file.Config.Identity.KeysFile; *keys != "" && !filepath.IsAbs(*keys) {
		*keys = filepath.Join(filepath.Dir(name), *keys)
	}
	return file, nil
}

// Locate puts name:line:column before an error about a setting (*FieldError):
// the place of the setting, or of what would contain it.
func (f *ConfigFile) Locate(err error) error {
	var field *FieldError
	if !errors.As(err, &field) || f.name == "" { // a setting that no file made
		return err
	}
	place := f.root
	for node, i := f.root, 0; node != nil && i < len(field.Field); i++ {
		var key ast.Node
		if key, node = child(node, field.Field[i]); key != nil {
			place = key
		}
	}
	if place == nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return at(f.name, place.GetToken(), "%s", err)
}

// child returns the key and the value of an entry of a mapping, or an item of a
// list twice.
func child(node ast.Node, name string) (key, value ast.Node) {
	if sequence, ok := node.(*ast.SequenceNode); ok {
		if i, err := strconv.Atoi(name); err == nil && i < len(sequence.Values) {
			return sequence.Values[i], sequence.Values[i]
		}
		return nil, nil
	}
	for _, entry := range entries(node) {
		if entry.Key.GetToken().Value == name {
			return entry.Key, entry.Value
		}
	}
	return nil, nil
}

// entries returns the entries of a mapping; none of another node.
func entries(node ast.Node) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func at(name string, place *token.Token, format string, arguments ...any) error {
	message := fmt.Sprintf(format, arguments...)
	return fmt.Errorf("%s:%d:%d: %s", name, place.Position.Line, place.Position.Column, message)
}
