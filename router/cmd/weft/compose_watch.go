package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// watchInterval is how often the files are looked at.
const watchInterval = 300 * time.Millisecond

// watchFiles composes, and again whenever a file on which the result depends has
// changed, until ctx ends. A line tells each result.
func (o composeOptions) watchFiles(ctx context.Context, io console) error {
	ticks := io.ticks
	if ticks == nil {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		in, err := o.composeOnce(ctx, io)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			fmt.Fprintf(io.err, "weft compose: %s composed; watching %s\n", count(len(in.subgraphs), "subgraph"), count(len(in.stamps), "path"))
		case errors.Is(err, errReported):
			fmt.Fprintln(io.err, "weft compose: there are errors; watching")
		default:
			fmt.Fprintf(io.err, "%s; watching\n", err)
		}
		for same := true; same; same = !changed(in.stamps) {
			select {
			case <-ctx.Done():
				return nil
			case <-ticks:
			}
		}
	}
}

// stamp is what tells that a file, or the schema files of a directory, have
// changed.
type stamp struct{ path, state string }

// takeStamp looks at a path, which need not exist.
func takeStamp(path string) stamp {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return stamp{path, "unreadable"}
	case !info.IsDir():
		return stamp{path, stateOf(info)}
	}
	files, err := graphqlsIn(path)
	if err != nil {
		return stamp{path, "without files"}
	}
	var state strings.Builder
	for _, file := range files {
		state.WriteString(file + " ")
		if info, err := os.Stat(file); err == nil {
			state.WriteString(stateOf(info))
		}
		state.WriteByte('\n')
	}
	return stamp{path, state.String()}
}

// stateOf is the size and the time of the last change. An editor that replaces
// the file changes the latter too.
func stateOf(info fs.FileInfo) string {
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
}

func changed(stamps []stamp) bool {
	for _, s := range stamps {
		if takeStamp(s.path) != s {
			return true
		}
	}
	return false
}
