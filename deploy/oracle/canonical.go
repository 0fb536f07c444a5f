package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Canonical writes a schema as a sorted list of lines, one for each element, so
// that two schemas differ in exactly the elements that differ: order of types,
// fields, arguments and applied directives does not count, descriptions do.
//
//	"type T @join__type(graph: A)"
//	"T.f(a: Int = 1): Int @join__field(graph: A)"
func Canonical(sdl string) ([]string, error) {
	document, err := parser.ParseSchema(&ast.Source{Name: "schema", Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("oracle: canonical form: %w", err)
	}
	var lines []string
	add := func(format string, arguments ...any) { lines = append(lines, fmt.Sprintf(format, arguments...)) }
	for _, s := range slices.Concat(document.Schema, document.SchemaExtension) {
		for _, link := range s.Directives {
			add("schema %s", directive(link))
		}
		for _, operation := range s.OperationTypes {
			add("schema %s: %s", operation.Operation, operation.Type)
		}
	}
	for _, d := range document.Directives {
		places := make([]string, len(d.Locations))
		for i, l := range d.Locations {
			places[i] = string(l)
		}
		slices.Sort(places)
		add("directive @%s%s repeatable=%t on %s%s", d.Name, definitions(d.Arguments), d.IsRepeatable, strings.Join(places, " | "), described(d.Description))
	}
	for _, d := range slices.Concat(document.Definitions, document.Extensions) {
		lines = append(lines, typeLines(d)...)
	}
	slices.Sort(lines)
	return lines, nil
}

func typeLines(d *ast.Definition) (lines []string) {
	interfaces, members := slices.Sorted(slices.Values(d.Interfaces)), slices.Sorted(slices.Values(d.Types))
	lines = append(lines, fmt.Sprintf("%s %s implements %v = %v%s%s",
		strings.ToLower(string(d.Kind)), d.Name, interfaces, members, directives(d.Directives), described(d.Description)))
	for _, f := range d.Fields {
		fallback := ""
		if f.DefaultValue != nil {
			fallback = " = " + value(f.DefaultValue)
		}
		lines = append(lines, fmt.Sprintf("%s.%s%s: %s%s%s%s", d.Name, f.Name, definitions(f.Arguments), f.Type, fallback, directives(f.Directives), described(f.Description)))
	}
	for _, v := range d.EnumValues {
		lines = append(lines, fmt.Sprintf("%s.%s%s%s", d.Name, v.Name, directives(v.Directives), described(v.Description)))
	}
	return lines
}

func definitions(list ast.ArgumentDefinitionList) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = fmt.Sprintf("%s: %s", a.Name, a.Type)
		if a.DefaultValue != nil {
			texts[i] += " = " + value(a.DefaultValue)
		}
		texts[i] += directives(a.Directives) + described(a.Description)
	}
	slices.Sort(texts)
	return "(" + strings.Join(texts, ", ") + ")"
}

func directives(list ast.DirectiveList) string {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = " " + directive(d)
	}
	slices.Sort(texts)
	return strings.Join(texts, "")
}

func directive(d *ast.Directive) string {
	texts := make([]string, len(d.Arguments))
	for i, a := range d.Arguments {
		texts[i] = a.Name + ": " + value(a.Value)
	}
	slices.Sort(texts)
	return "@" + d.Name + "(" + strings.Join(texts, ", ") + ")"
}

// value writes a value. Spaces in a field set do not count, nor does the order
// of a list: in directives, lists are sets.
func value(v *ast.Value) string {
	if v.Kind == ast.ListValue {
		texts := make([]string, len(v.Children))
		for i, child := range v.Children {
			texts[i] = value(child.Value)
		}
		slices.Sort(texts)
		return "[" + strings.Join(slices.Compact(texts), ", ") + "]"
	}
	return strings.Join(strings.Fields(strings.NewReplacer("{", " { ", "}", " } ", ":", ": ").Replace(v.String())), " ")
}

func described(description string) string {
	if description == "" {
		return ""
	}
	return fmt.Sprintf(" %q", description)
}

// Difference is what one of two sorted lists of lines has and the other lacks.
type Difference struct {
	// Apollo are lines that only Apollo's schema has, Ours those that only ours has.
	Apollo, Ours []string
}

// Compare returns how two canonical schemas differ.
func Compare(apollo, ours []string) Difference {
	var d Difference
	for _, line := range apollo {
		if _, found := slices.BinarySearch(ours, line); !found {
			d.Apollo = append(d.Apollo, line)
		}
	}
	for _, line := range ours {
		if _, found := slices.BinarySearch(apollo, line); !found {
			d.Ours = append(d.Ours, line)
		}
	}
	return d
}

// Empty reports whether there is no difference.
func (d Difference) Empty() bool { return len(d.Apollo)+len(d.Ours) == 0 }

// String lists the lines, with "-" for Apollo's and "+" for ours.
func (d Difference) String() string {
	var b strings.Builder
	for _, line := range d.Apollo {
		b.WriteString("- " + line + "\n")
	}
	for _, line := range d.Ours {
		b.WriteString("+ " + line + "\n")
	}
	return b.String()
}
