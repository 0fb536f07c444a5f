package program

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weftql/weft/subgraphs/env"
)

// WriteReadme writes what a program can do and what configures it, in Markdown.
// It is the program's documentation: a test compares the committed one with it.
func (p Program) WriteReadme(w io.Writer) error {
	r := env.New(nil, p.Prefix)
	level(r)
	commands := p.commands(r)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", p.Name)
	fmt.Fprintf(&b, "<!-- Written from the code by \"go test ./... -update\" in this directory. -->\n\n")
	b.WriteString("| command | what it does | needs |\n| --- | --- | --- |\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", p.Name, cell(c.title()), cell(c.Meaning), code(c.Needs))
	}
	fmt.Fprintf(&b, "\nIts configuration is its environment. A secret `NAME` can be given in a file that\n"+
		"`NAME_FILE` names; white space around the content is ignored. Variables that begin with\n"+
		"`%s` and are not in this table are refused, and so are others that are spelt nearly\n"+
		"like one that is. `%s config print` shows what was read.\n\n", p.Prefix, p.Name)
	b.WriteString("| variable | meaning | default |\n| --- | --- | --- |\n")
	for _, s := range r.Settings() {
		preset := ""
		switch {
		case s.Secret:
			preset = "secret"
		case s.Default != "":
			preset = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, cell(s.Meaning), preset)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell is text for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// code lists names as code.
func code(names []string) string {
	quoted := slices.Clone(names)
	for i, name := range quoted {
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, ", ")
}
