package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Write makes dir hold exactly the given files (name → content) and their
// manifest: changed files are rewritten, unchanged ones kept byte for byte,
// others removed.
func Write(dir string, content map[string][]byte) error {
	keep := map[string]bool{manifestName: true}
	files := make([]File, 0, len(content))
	for _, name := range slices.Sorted(maps.Keys(content)) {
		if !fs.ValidPath(name) {
			return fmt.Errorf("bundle: %q is not a relative path", name)
		}
		keep[name+suffix] = true
		files = append(files, describe(name, content[name]))
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name+suffix)), content[name]); err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
	}
	if err := removeOthers(dir, keep); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	text, err := json.MarshalIndent(files, "", "  ")
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, manifestName), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	return nil
}

// Compare returns one line for each difference between the folder and the given
// files, in name order; none means that Write would change nothing. Contents
// are compared, not compressed forms. A folder that cannot be opened is an
// error.
func Compare(dir string, content map[string][]byte) ([]string, error) {
	b, err := Open(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	var differences []string
	seen := map[string]bool{}
	for _, file := range b.Files() {
		seen[file.Name] = true
		want, ok := content[file.Name]
		if !ok {
			differences = append(differences, file.Name+": committed, but the build does not make it")
			continue
		}
		got, err := b.Content(file)
		switch {
		case err != nil:
			differences = append(differences, err.Error())
		case !bytes.Equal(got, want):
			differences = append(differences, fmt.Sprintf("%s: differs (%d bytes committed, %d built)", file.Name, len(got), len(want)))
		}
	}
	for name := range content {
		if !seen[name] {
			differences = append(differences, name+": built, but not committed")
		}
	}
	slices.Sort(differences)
	return differences, nil
}

// writeFile compresses content into path unless path holds it already.
func writeFile(path string, content []byte) error {
	if data, err := os.ReadFile(path); err == nil {
		if old, err := decompress(data); err == nil && bytes.Equal(old, content) {
			return nil
		}
	}
	data, err := compress(content)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// removeOthers removes the files below dir that keep does not name.
func removeOthers(dir string, keep map[string]bool) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || keep[filepath.ToSlash(name)] {
			return err
		}
		return os.Remove(path)
	})
}
