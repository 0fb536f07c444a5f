package programtest

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/program"
)

var update = flag.Bool("update", false, "rewrite README.md")

// readme is where it stands, beside the program's main.go.
const readme = "README.md"

// Readme compares the README.md of the test's directory with what the program
// says of itself. With -update it is written.
func Readme(t *testing.T, p program.Program) {
	t.Helper()
	var want bytes.Buffer
	if err := p.WriteReadme(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(readme, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("README.md is not what the code says (-code +README.md); run this test with -update:\n%s", diff)
	}
}
