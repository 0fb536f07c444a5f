package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/weftql/weft/schema/composition"
)

const composeUsage = `Usage: weft compose [--config FILE] [-o FILE]

Composes the subgraphs that a configuration names into a supergraph. Nothing is
written if they do not compose; the errors then tell where and why.

  --config FILE   the configuration; "-" reads it from standard input
                  (default schema/supergraph.yaml)
  -o, --output FILE
                  where to write the supergraph (default: standard output)

The configuration is the file that the rover tool reads:

  federation_version: =2.9.0           # optional: 2, or the highest version allowed
  subgraphs:
    users:
      routing_url: http://127.0.0.1:4001/graphql
      schema:
        file: subgraphs/users          # relative to the configuration; a directory
                                       # means all *.graphqls in it, in name order
    todos:
      routing_url: http://127.0.0.1:4002/graphql
      schema:
        sdl: "extend schema @link(…) …"
`

// compose is the subcommand `weft compose`.
func compose(ctx context.Context, args []string, io console) error {
	var config, output string
	flags := flag.NewFlagSet("weft compose", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), composeUsage) }
	flags.StringVar(&config, "config", "schema/supergraph.yaml", "")
	flags.StringVar(&output, "o", "", "")
	flags.StringVar(&output, "output", "", "")
	if err := parseFlags(flags, args, io); err != nil {
		return err
	}
	subgraphs, opts, err := loadSubgraphs(config, io.in)
	if err != nil {
		return fmt.Errorf("weft compose: %w", err)
	}
	result, err := composition.Compose(ctx, subgraphs, opts)
	if err != nil {
		return composeError(err)
	}
	for _, h := range result.Hints {
		if h.Level == composition.Warn {
			fmt.Fprintf(io.err, "warning: %s: %s\n", h.Code, h.Message)
		}
	}
	if err := writeOutput(output, result.Supergraph, io.out); err != nil {
		return fmt.Errorf("weft compose: %w", err)
	}
	return nil
}

// composeError lays out the reasons, each with its places on lines of their own:
//
//	INVALID_FIELD_SHARING: field "User.name" is resolved by …
//	  users: schema/subgraphs/users/user.graphqls:4:3
func composeError(err error) error {
	var list composition.Errors
	if !errors.As(err, &list) {
		return err
	}
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "%s: %s\n", e.Code, e.Message)
		for _, l := range e.Locations {
			if l.File == "" {
				fmt.Fprintf(&b, "  subgraph %s\n", l.Subgraph)
				continue
			}
			fmt.Fprintf(&b, "  subgraph %s: %s:%d:%d\n", l.Subgraph, l.File, l.Line, l.Column)
		}
	}
	plural := "s"
	if len(list) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "weft compose: %d error%s, nothing was written", len(list), plural)
	return errors.New(b.String())
}

// writeOutput writes to a file in one step, so that its readers see the old or
// the new supergraph, or to out if there is no file.
func writeOutput(path, text string, out io.Writer) error {
	if path == "" {
		_, err := io.WriteString(out, text)
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return os.WriteFile(path, []byte(text), mode) // a pipe or device cannot be replaced
		}
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".weft-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already after the rename
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
