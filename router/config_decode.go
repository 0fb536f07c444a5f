package router

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/weftql/weft/router/internal/variable"
)

// configDecoder fills a Config from YAML. It is not yaml.Unmarshal because
// variables have to take the type of the setting that they stand for, and
// because its errors speak of settings, not of Go types.
type configDecoder struct {
	name   string
	lookup func(string) (string, bool)
}

func (d *configDecoder) fail(node ast.Node, path []string, format string, arguments ...any) error {
	message := fmt.Sprintf(format, arguments...)
	if len(path) > 0 {
		message = strings.Join(path, ".") + ": " + message
	}
	return at(d.name, node.GetToken(), "%s", message)
}

// value reads node, which stands at path, into a value.
func (d *configDecoder) value(node ast.Node, path []string, into reflect.Value) error {
	switch node.Type() {
	case ast.NullType: // "key:" without a value
		return nil
	case ast.AnchorType, ast.AliasType, ast.TagType:
		return d.fail(node, path, "anchors, aliases and tags are not supported")
	}
	if into.Type() == reflect.TypeFor[time.Duration]() {
		return d.duration(node, path, into)
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return d.value(node, path, into.Elem())
	case reflect.Struct:
		return d.structure(node, path, into)
	case reflect.Map:
		return d.mapping(node, path, into)
	case reflect.Slice:
		return d.list(node, path, into)
	case reflect.Interface:
		return d.any(node, path, into)
	}
	return d.scalar(node, path, into)
}

// structure reads a mapping whose keys are the fields of a struct.
func (d *configDecoder) structure(node ast.Node, path []string, into reflect.Value) error {
	fields := map[string]reflect.Value{}
	fieldsOf(into, fields)
	if scalar, may := fields[scalarTag]; may {
		if node.Type() == ast.BoolType || node.Type() == ast.StringType {
			return d.value(node, path, scalar)
		}
		delete(fields, scalarTag)
	}
	if err := d.isMapping(node, path); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, entry := range entries(node) {
		key := entry.Key.GetToken().Value
		field, known := fields[key]
		switch {
		case !known:
			names := make([]string, 0, len(fields))
			for name := range fields {
				names = append(names, name)
			}
			slices.Sort(names)
			return d.fail(entry.Key, path, "unknown key %q; there are %s", key, strings.Join(names, ", "))
		case seen[key]:
			return d.fail(entry.Key, path, "the key %q is there twice", key)
		}
		seen[key] = true
		if err := d.value(entry.Value, append(slices.Clone(path), key), field); err != nil {
			return err
		}
	}
	return nil
}

// scalarTag is on the field of a struct that a single value stands for, where the
// struct's keys may not be there.
const scalarTag = ",scalar"

// fieldsOf finds the fields of a struct by their keys.
func fieldsOf(value reflect.Value, fields map[string]reflect.Value) {
	for i := range value.NumField() {
		switch key := value.Type().Field(i).Tag.Get("yaml"); key {
		case ",inline":
			fieldsOf(value.Field(i), fields)
		case "-", "":
		default:
			fields[key] = value.Field(i)
		}
	}
}

func (d *configDecoder) isMapping(node ast.Node, path []string) error {
	if _, ok := node.(*ast.MappingNode); ok {
		return nil
	}
	if _, ok := node.(*ast.MappingValueNode); ok {
		return nil
	}
	return d.fail(node, path, "want keys with values, got %s", kindOf(node))
}

func (d *configDecoder) mapping(node ast.Node, path []string, into reflect.Value) error {
	if err := d.isMapping(node, path); err != nil {
		return err
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, entry := range entries(node) {
		key := reflect.ValueOf(entry.Key.GetToken().Value)
		if into.MapIndex(key).IsValid() {
			return d.fail(entry.Key, path, "the key %q is there twice", key)
		}
		item := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(entry.Value, append(slices.Clone(path), key.String()), item); err != nil {
			return err
		}
		into.SetMapIndex(key, item)
	}
	return nil
}

func (d *configDecoder) list(node ast.Node, path []string, into reflect.Value) error {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		return d.fail(node, path, "want a list, got %s", kindOf(node))
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, len(sequence.Values))) // [] is not the default
	for i, element := range sequence.Values {
		item := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(element, append(slices.Clone(path), strconv.Itoa(i)), item); err != nil {
			return err
		}
		into.Set(reflect.Append(into, item))
	}
	return nil
}

// any reads a value of whatever type it is written as.
func (d *configDecoder) any(node ast.Node, path []string, into reflect.Value) error {
	var item reflect.Value
	switch n := node.(type) {
	case *ast.BoolNode:
		item = reflect.ValueOf(n.Value)
	case *ast.IntegerNode:
		item = reflect.ValueOf(n.Value)
	case *ast.FloatNode:
		item = reflect.ValueOf(n.Value)
	case *ast.MappingNode, *ast.MappingValueNode:
		item = reflect.New(reflect.TypeFor[map[string]any]()).Elem()
	case *ast.SequenceNode:
		item = reflect.New(reflect.TypeFor[[]any]()).Elem()
	default:
		item = reflect.New(reflect.TypeFor[string]()).Elem()
	}
	if item.CanSet() {
		if err := d.value(node, path, item); err != nil {
			return err
		}
	}
	into.Set(item)
	return nil
}

func (d *configDecoder) duration(node ast.Node, path []string, into reflect.Value) error {
	text, written, err := d.text(node, path)
	if err != nil {
		return err
	}
	value, err := time.ParseDuration(text)
	if err != nil {
		return d.fail(node, path, `want a duration such as "30s", "5m" or "100ms", got %s`, written)
	}
	if value == 0 {
		return d.fail(node, path, "0 is no limit here: give a longer time, or leave the key out for the default")
	}
	into.SetInt(int64(value))
	return nil
}

func (d *configDecoder) scalar(node ast.Node, path []string, into reflect.Value) error {
	text, written, err := d.text(node, path)
	if err != nil {
		return err
	}
	expanded := text != node.GetToken().Value
	switch into.Kind() {
	case reflect.String:
		if node.Type() != ast.StringType && node.Type() != ast.LiteralType {
			return d.fail(node, path, "want text, got %s; put it in quotes if it is meant", kindOf(node))
		}
		into.SetString(text)
		return nil
	case reflect.Bool:
		if value, err := strconv.ParseBool(text); err == nil && (expanded || node.Type() == ast.BoolType) {
			into.SetBool(value)
			return nil
		}
		return d.fail(node, path, "want true or false, got %s", written)
	case reflect.Int, reflect.Int64:
		value, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
		if err == nil && (expanded || node.Type() == ast.IntegerType) {
			if value == 0 {
				return d.fail(node, path, "0 is no limit here: give a larger number, or leave the key out for the default")
			}
			into.SetInt(value)
			return nil
		}
		return d.fail(node, path, "want a whole number, got %s", written)
	}
	panic("router: a Config has a field of kind " + into.Kind().String() + ", which no configuration file can set")
}

// text returns a scalar's text with its variables expanded, and how to show it
// in an error.
func (d *configDecoder) text(node ast.Node, path []string) (text, written string, err error) {
	switch n := node.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		text = node.GetToken().Value
	default:
		return "", "", d.fail(node, path, "want a single value, got %s", kindOf(node))
	}
	written = strconv.Quote(text)
	if text, err = variable.Expand(text, variable.Sources{Env: d.lookup, File: d.file}); err != nil {
		return "", "", d.fail(node, path, "%s", err)
	}
	return text, written, nil
}

// maxFileBytes is how large a file may be that a value refers to.
const maxFileBytes = 1 << 20

// file reads a file that a value refers to; its path is relative to that of the
// configuration.
func (d *configDecoder) file(path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.name), path)
	}
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return "", err
	case !about.Mode().IsRegular():
		return "", fmt.Errorf("%s is no regular file", path)
	case about.Size() > maxFileBytes:
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxFileBytes)
	}
	content, err := os.ReadFile(path)
	return strings.TrimRight(string(content), "\r\n"), err
}

// kindOf names what a node is, for people.
func kindOf(node ast.Node) string {
	switch node.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "keys with values"
	case ast.SequenceType:
		return "a list"
	case ast.BoolType, ast.IntegerType, ast.FloatType:
		return node.GetToken().Value
	}
	return "text"
}
