package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build returns what Vite makes of the sources in web: name → content. The work
// happens in a temporary folder, so a node_modules that somebody changed by
// hand has no part in it.
func build(ctx context.Context, web string) (map[string][]byte, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is not in PATH: rebuilding the page needs Node 20.19 or newer with npm "+
				"(building and running the router needs neither)", program)
		}
	}
	work, err := os.MkdirTemp("", "weft-playground-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	if err := copySources(web, work); err != nil {
		return nil, fmt.Errorf("copy %s: %w", web, err)
	}
	if err := command(ctx, work, "npm", "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return nil, err
	}
	if err := command(ctx, work, "npm", "run", "build"); err != nil {
		return nil, err
	}
	return readAll(os.DirFS(filepath.Join(work, "dist")))
}

// command runs a program in dir and returns its output in the error.
func command(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = environment(os.Environ())
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	return fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, output.Bytes())
}

// environment leaves out the variables that would change what is built.
func environment(all []string) []string {
	var kept []string
	for _, variable := range all {
		if !strings.HasPrefix(variable, "NODE_ENV=") && !strings.HasPrefix(variable, "NODE_OPTIONS=") &&
			!strings.HasPrefix(variable, "VITE_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// copySources copies web without what earlier builds left in it.
func copySources(web, to string) error {
	sources := os.DirFS(web)
	return fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "node_modules" || path == "dist"):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o755)
		}
		data, err := fs.ReadFile(sources, path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), data, 0o644)
	})
}

func readAll(fsys fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(fsys, path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what vite built: %w", err)
	}
	return files, nil
}
