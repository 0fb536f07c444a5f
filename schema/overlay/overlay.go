package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Write applies a patch to a file below root and returns the path of what the
// go command's -overlay takes, which it writes into directory.
func Write(directory, root, patch string) (path string, err error) {
	file, text, err := Apply(root, patch)
	if err != nil {
		return "", err
	}
	real, err := filepath.Abs(filepath.Join(root, file))
	if err != nil {
		return "", err
	}
	patched := filepath.Join(directory, filepath.Base(file))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {real: patched}})
	if err != nil {
		return "", err
	}
	path = filepath.Join(directory, "overlay.json")
	return path, errors.Join(os.WriteFile(patched, []byte(text), 0o600), os.WriteFile(path, replace, 0o600))
}

// Apply returns the name and the patched text of the one file below root that a
// unified diff is about. What stands before "--- a/" says what the mistake is. Line
// numbers do not count: the lines of a hunk have to be in the file just once.
func Apply(root, patch string) (file, text string, err error) {
	_, patch, _ = strings.Cut(patch, "\n--- a/")
	first, _, _ := strings.Cut(patch, "\n")
	file, patch, ok := strings.Cut(patch, "\n+++ b/"+first+"\n")
	if !ok {
		return "", "", errors.New("it is no unified diff of one file, with the lines --- a/FILE and +++ b/FILE")
	}
	source, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return "", "", err
	}
	text = string(source)
	hunks := regexp.MustCompile(`(?m)^@@ .* @@.*\n`).Split(patch, -1)
	for i, hunk := range hunks[1:] {
		var before, after strings.Builder
		for line := range strings.Lines(hunk) {
			switch line[0] {
			case ' ':
				before.WriteString(line[1:])
				after.WriteString(line[1:])
			case '-':
				before.WriteString(line[1:])
			case '+':
				after.WriteString(line[1:])
			}
		}
		if n := strings.Count(text, before.String()); n != 1 || before.Len() == 0 {
			return "", "", fmt.Errorf("%s has the lines of hunk %d %d times instead of once:\n%s", file, i+1, n, before.String())
		}
		text = strings.Replace(text, before.String(), after.String(), 1)
	}
	if text == string(source) {
		return "", "", errors.New("it changes nothing")
	}
	return file, text, nil
}
