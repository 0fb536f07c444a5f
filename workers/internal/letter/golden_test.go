package letter_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/letter/preview"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestLetters compares every letter, in every language and both forms, with the one
// that somebody has looked at.
func TestLetters(t *testing.T) {
	t.Parallel()
	wanted := map[string]bool{}
	for _, sample := range preview.Samples() {
		name := filepath.Join("testdata", sample.Name+".txtar")
		wanted[name] = true
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			got := rendered(t, sample)
			if *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("look at the letter, then run with -update (-want +got):\n%s", diff)
			}
		})
	}
	found, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if !wanted[name] {
			t.Errorf("%s is of no sample", name)
		}
	}
}

// rendered is a sample in all languages.
func rendered(t *testing.T, sample preview.Sample) []byte {
	t.Helper()
	archive := &txtar.Archive{Comment: []byte("The sample " + sample.Name + " of the preview.\n")}
	for _, language := range letter.Languages() {
		content, err := letter.Render(language.Tag, sample.Reader, sample.Letter)
		if err != nil {
			t.Fatal(err)
		}
		if content.RightToLeft != language.RightToLeft {
			t.Errorf("%s runs from right to left: %t", language.Tag, content.RightToLeft)
		}
		archive.Files = append(archive.Files,
			txtar.File{Name: language.Tag + " subject", Data: []byte(content.Subject + "\n")},
			txtar.File{Name: language.Tag + " text", Data: []byte(content.Text)},
			txtar.File{Name: language.Tag + " html", Data: []byte(content.HTML)})
	}
	return txtar.Format(archive)
}

// TestNothingIsFetchedOrRun holds every letter to what a mail may contain: no
// scripts, no images, nothing that is loaded from elsewhere.
func TestNothingIsFetchedOrRun(t *testing.T) {
	t.Parallel()
	for _, sample := range preview.Samples() {
		for _, language := range letter.Languages() {
			content, err := letter.Render(language.Tag, sample.Reader, sample.Letter)
			if err != nil {
				t.Fatal(err)
			}
			for _, forbidden := range []string{"<script", "<img", "<link", "<iframe", "<object", "<form", "src=", "url(", "@import", "@font-face", " on", "javascript:", "ZgotmplZ"} {
				for _, tag := range tags(content.HTML) {
					if strings.Contains(strings.ToLower(tag), forbidden) {
						t.Errorf("%s in %s: %s", sample.Name, language.Tag, tag)
					}
				}
				style, _, _ := strings.Cut(content.HTML, "</style>")
				if forbidden != " on" && strings.Contains(style, forbidden) {
					t.Errorf("%s in %s: %s in its style sheet", sample.Name, language.Tag, forbidden)
				}
			}
			if len(content.HTML) > 100_000 {
				t.Errorf("%s in %s: %d bytes, of which some mail programs cut off the end", sample.Name, language.Tag, len(content.HTML))
			}
		}
	}
}

func TestEverySourceHasASample(t *testing.T) {
	t.Parallel()
	unseen, err := letter.Sources()
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range preview.Samples() {
		delete(unseen, letter.Source(sample.Letter))
	}
	for name := range unseen {
		t.Errorf("nobody has looked at %s: package preview has no sample of it", name)
	}
}
