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
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/supergraph"
)

const composeUsage = `Usage: weft compose [--config FILE] [-o FILE] [--format text|json] [--api]
                    [--include-tag TAG,…] [--exclude-tag TAG,…] [--watch]

Composes the subgraphs that a configuration names into a supergraph. Nothing is
written if they do not compose; the errors then tell where and why.

  --config FILE   the configuration; "-" reads it from standard input
                  (default schema/supergraph.yaml)
  -o, --output FILE
                  where to write the supergraph (default: standard output)
  --format FORM   text or json (default text)
                    text: errors and hints on standard error, as
                      FILE:LINE:COLUMN: error: CODE: MESSAGE
                      warning: CODE (COORDINATE): MESSAGE
                    json: on standard output
                      {"supergraph", "hints": [{code, level, message, coordinate}]}
                      or {"errors": [{code, message,
                        locations: [{subgraph, file, line, column}]}]}
  --api           write the API schema, which is what clients see, instead of the
                  supergraph ("api" in JSON)
  --include-tag TAG,…
  --exclude-tag TAG,…
                  write a contract: what has none of the included tags, or an
                  excluded one, becomes @inaccessible
  --watch         compose again whenever the configuration or a schema file
                  changes, until Ctrl-C; needs -o or --format json. After errors
                  the output stays as it was. Running services are asked again
                  when a file changes.

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
    mail:
      schema:
        subgraph_url: ${env.MAIL_URL}  # a running service; also its routing_url
        introspection_headers:         # unless there is another
          Authorization: Bearer ${env.MAIL_TOKEN}

Requests to running services are signed if WEFT_IDENTITY_KEYS or
WEFT_IDENTITY_KEYS_FILE is set, as the router signs its own.
`

// composeOptions are the flags of weft compose.
type composeOptions struct {
	config, output, format string
	api, watch             bool
	filter                 supergraph.ContractFilter
}

// compose is the subcommand `weft compose`.
func compose(ctx context.Context, args []string, io console) error {
	options, err := parseComposeFlags(args, io)
	if err != nil {
		return err
	}
	if options.watch {
		return options.watchFiles(ctx, io)
	}
	_, err = options.composeOnce(ctx, io)
	return err
}

func parseComposeFlags(args []string, io console) (composeOptions, error) {
	var o composeOptions
	flags := flag.NewFlagSet("weft compose", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), composeUsage) }
	flags.StringVar(&o.config, "config", "schema/supergraph.yaml", "")
	flags.StringVar(&o.output, "o", "", "")
	flags.StringVar(&o.output, "output", "", "")
	flags.StringVar(&o.format, "format", "text", "")
	flags.BoolVar(&o.api, "api", false, "")
	flags.BoolVar(&o.watch, "watch", false, "")
	flags.Func("include-tag", "", appendTags(&o.filter.Include))
	flags.Func("exclude-tag", "", appendTags(&o.filter.Exclude))
	if err := parseFlags(flags, args, io); err != nil {
		return o, err
	}
	wrong := ""
	switch {
	case o.format != "text" && o.format != "json":
		wrong = fmt.Sprintf("--format %s: it is text or json", o.format)
	case o.watch && o.config == "-":
		wrong = "--watch needs a configuration that is a file, not standard input"
	case o.watch && o.output == "" && o.format == "text":
		wrong = "--watch needs -o FILE or --format json"
	}
	if wrong != "" {
		fmt.Fprintln(io.err, wrong)
		flags.Usage()
		return o, errUsage
	}
	return o, nil
}

// appendTags reads a list with commas; the flag may be repeated.
func appendTags(tags *[]string) func(string) error {
	return func(text string) error {
		for tag := range strings.SplitSeq(text, ",") {
			if tag = strings.TrimSpace(tag); tag == "" {
				return errors.New("a tag is empty")
			}
			*tags = append(*tags, tag)
		}
		return nil
	}
}

// composeOnce composes, writes what came out, and tells what it depends on, also
// if that failed.
func (o composeOptions) composeOnce(ctx context.Context, io console) (inputs, error) {
	result, in, err := o.result(ctx, io)
	if ctx.Err() != nil {
		return in, fmt.Errorf("weft compose: %w", ctx.Err())
	}
	if err == nil && o.output != "" {
		if err = writeFile(o.output, result.schema); err != nil {
			err = &problem{Code: codeFailed, Message: err.Error()}
		}
	}
	report := textReport
	if o.format == "json" {
		report = jsonReport
	}
	return in, report(o, result, err, io)
}

// outcome is what a successful composition gives.
type outcome struct {
	schema string // the supergraph or the API schema
	hints  []composition.Hint
}

func (o composeOptions) result(ctx context.Context, io console) (outcome, inputs, error) {
	in, err := loadSubgraphs(ctx, o.config, io)
	if err != nil {
		return outcome{}, in, err
	}
	result, err := composition.Compose(ctx, in.subgraphs, in.options)
	if err != nil {
		return outcome{}, in, err
	}
	schema := result.Supergraph
	if len(o.filter.Include)+len(o.filter.Exclude) > 0 {
		unused, err := o.unusedTags(schema)
		if err != nil {
			return outcome{}, in, err
		}
		result.Hints = append(result.Hints, unused...)
		if schema, err = supergraph.Contract("supergraph", schema, o.filter); err != nil {
			for _, h := range unused { // the likeliest reason
				err = errors.Join(err, &problem{Code: string(h.Code), Message: h.Message})
			}
			return outcome{}, in, err
		}
	}
	if o.api {
		if schema, err = supergraph.APISchema("supergraph", schema); err != nil {
			return outcome{}, in, err
		}
	}
	return outcome{schema: schema, hints: result.Hints}, in, nil
}

// unusedTags warns of tags that no element has: one with a typing error would
// show what it should exclude.
func (o composeOptions) unusedTags(sdl string) ([]composition.Hint, error) {
	used, err := supergraph.Tags("supergraph", sdl)
	if err != nil {
		return nil, err
	}
	var hints []composition.Hint
	for _, tag := range slices.Concat(o.filter.Include, o.filter.Exclude) {
		if !slices.Contains(used, tag) {
			hints = append(hints, composition.Hint{
				Code: hintUnusedTag, Level: composition.Warn, Message: fmt.Sprintf("no element of the supergraph has the tag %q; %s", tag, tagList(used)),
			})
		}
	}
	return hints, nil
}

// tagList names the tags that there are, not too many.
func tagList(used []string) string {
	const most = 12
	if len(used) == 0 {
		return "it has no tags at all"
	}
	quoted := make([]string, min(len(used), most))
	for i := range quoted {
		quoted[i] = strconv.Quote(used[i])
	}
	text := "its tags are " + strings.Join(quoted, ", ")
	if len(used) > most {
		text += fmt.Sprintf(" and %d more", len(used)-most)
	}
	return text
}

// writeFile writes in one step, so that the file's readers see the old or the
// new text.
func writeFile(path, text string) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return os.WriteFile(path, []byte(text), mode) // a pipe or device cannot be replaced
		}
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".weft-*")
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err // the temporary file's name says nothing
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already after the rename
	_, err = io.WriteString(file, text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
