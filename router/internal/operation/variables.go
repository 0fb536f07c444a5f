package operation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Variables checks a request's variables against the operation's
// declarations. The result holds the declared variables that have a value, given
// or default; given values stay the bytes that they were. It may be raw itself, if
// that holds exactly this. Its error is a gqlerror.List with one error for each bad
// variable.
//
// GraphQL October 2021 §6.1.2 Coercing Variable Values.
func (o *Head) Variables(raw map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	if len(o.Declarations) == 0 {
		return nil, nil
	}
	var errs gqlerror.List
	given, defaults := 0, 0
	for i := range o.Declarations {
		v := &o.Declarations[i]
		value, ok := raw[v.Name]
		switch {
		case ok:
			given++
		case v.Default != nil:
			defaults++
			continue
		case !v.Type.NonNull:
			continue
		}
		if ok && o.fitsPlainly(v.Type, value) {
			continue
		}
		if err := o.checkVariable(v, value, ok); err != nil {
			e := errorAt(CodeInvalidVariable, v.Type.Position, "invalid value for variable $%s of type %s: %v", v.Name, v.Type, err)
			e.Extensions["name"] = v.Name
			errs = append(errs, e)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	if given == len(raw) && defaults == 0 {
		return raw, nil
	}
	out := make(map[string]json.RawMessage, given+defaults)
	for i := range o.Declarations {
		v := &o.Declarations[i]
		if value, ok := raw[v.Name]; ok {
			out[v.Name] = value
		} else if v.Default != nil {
			out[v.Name] = v.literal
		}
	}
	return out, nil
}

func (o *Head) checkVariable(v *Variable, raw json.RawMessage, given bool) error {
	if !given {
		return errors.New("it is required")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // a number stays its lexeme
	var value any
	if err := dec.Decode(&value); err != nil {
		return errors.New("it is not JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("it is not one JSON value")
	}
	return o.checkValue(v.Type, value, "")
}

// checkValue tells what is wrong with a value; path says where in it.
func (o *Head) checkValue(t *ast.Type, value any, path string) error {
	if value == nil {
		if t.NonNull {
			return wrong(path, "null is not allowed")
		}
		return nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok { // a single value stands for a list of one
			return o.checkValue(t.Elem, value, path)
		}
		for i, item := range list {
			if err := o.checkValue(t.Elem, item, path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
		return nil
	}
	switch def := o.schema.Types[t.NamedType]; def.Kind {
	case ast.Enum:
		if name, ok := value.(string); !ok || def.EnumValues.ForName(name) == nil {
			return wrong(path, "%s is not a value of %s", show(value), def.Name)
		}
	case ast.InputObject:
		return o.checkObject(def, value, path)
	default:
		if !fitsScalar(t.NamedType, value) {
			return wrong(path, "%s is not of type %s", show(value), t.NamedType)
		}
	}
	return nil
}

func (o *Head) checkObject(def *ast.Definition, value any, path string) error {
	object, ok := value.(map[string]any)
	if !ok {
		return wrong(path, "%s is not an object of type %s", show(value), def.Name)
	}
	for _, f := range def.Fields {
		item, ok := object[f.Name]
		switch {
		case ok:
			if err := o.checkValue(f.Type, item, path+"."+f.Name); err != nil {
				return err
			}
		case f.Type.NonNull && f.DefaultValue == nil:
			return wrong(path+"."+f.Name, "a value of type %s is required", f.Type)
		}
	}
	for name := range object {
		if def.Fields.ForName(name) == nil {
			return wrong(path, "%s has no field %q", def.Name, unknown(def, object))
		}
	}
	if def.Directives.ForName("oneOf") != nil {
		if len(object) != 1 {
			return wrong(path, "%s needs exactly one field, got %d", def.Name, len(object))
		}
		for name, item := range object {
			if item == nil {
				return wrong(path+"."+name, "null is not allowed")
			}
		}
	}
	return nil
}

// unknown gives the first unknown name by alphabet, so that errors do not
// change from run to run.
func unknown(def *ast.Definition, object map[string]any) string {
	first := ""
	for name := range object {
		if def.Fields.ForName(name) == nil && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

func wrong(path, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if path = strings.TrimPrefix(path, "."); path != "" {
		text = "at " + path + ": " + text
	}
	return errors.New(text)
}

// maxShown bounds how much of a client's value an error repeats.
const maxShown = 60

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "the value"
	}
	if len(text) > maxShown {
		return string(text[:maxShown]) + "…"
	}
	return string(text)
}

// fitsScalar checks the built-in scalars; of others only their subgraph knows.
func fitsScalar(name string, value any) bool {
	switch value := value.(type) {
	case json.Number:
		switch name {
		case "Int":
			_, err := strconv.ParseInt(value.String(), 10, 32)
			return err == nil
		case "ID":
			return !strings.ContainsAny(value.String(), ".eE")
		case "String", "Boolean":
			return false
		}
	case string:
		return name != "Int" && name != "Float" && name != "Boolean"
	case bool:
		return name != "Int" && name != "Float" && name != "ID" && name != "String"
	default:
		switch name {
		case "Int", "Float", "ID", "String", "Boolean":
			return false
		}
	}
	return true
}

// literal writes a constant of the GraphQL language as JSON. Numbers keep their
// digits.
func literal(v *ast.Value) json.RawMessage {
	return appendLiteral(nil, v)
}

func appendLiteral(out []byte, v *ast.Value) []byte {
	switch v.Kind {
	case ast.IntValue, ast.FloatValue, ast.BooleanValue:
		return append(out, v.Raw...)
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		text, _ := json.Marshal(v.Raw) // a string always marshals
		return append(out, text...)
	case ast.ListValue:
		out = append(out, '[')
		for i, child := range v.Children {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendLiteral(out, child.Value)
		}
		return append(out, ']')
	case ast.ObjectValue:
		out = append(out, '{')
		for i, child := range v.Children {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendLiteral(append(out, strconv.Quote(child.Name)+":"...), child.Value)
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}
