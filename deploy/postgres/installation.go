package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/deploy/process"
)

// OldestMajor is the oldest major version that the services' SQL runs on.
const OldestMajor = 15

// Source says where the programs of a server come from.
type Source string

const (
	// Any takes the machine's programs, and the embedded ones if it has none.
	Any Source = ""
	// System takes the machine's programs only.
	System Source = "system"
	// Embedded takes programs that come as a package, even where the machine
	// has its own.
	Embedded Source = "embedded"
)

// ParseSource reads the value of WEFT_POSTGRES.
func ParseSource(text string) (Source, error) {
	switch source := Source(text); source {
	case Any, System, Embedded:
		return source, nil
	}
	return Any, fmt.Errorf("%q is neither %q nor %q", text, System, Embedded)
}

// Installation is a set of PostgreSQL's programs.
type Installation struct {
	// Bin is the directory of initdb and postgres.
	Bin string
	// Version is what postgres --version tells, for example "15.18".
	Version string
	// Major is the version's first number. Data of one major version cannot
	// be used by another.
	Major int
}

// Search finds an Installation.
type Search struct {
	// Source restricts where to look.
	Source Source
	// User is whom the programs will run as; nil is the caller.
	User *process.User
	// Archives is where downloaded packages are kept.
	Archives string
	// Unpacked is where they are unpacked: a directory for User alone, made if
	// missing.
	Unpacked string
	// HasData tells which major versions have data already; among the
	// machine's installations such a one is preferred to a newer one.
	// Defaults to none.
	HasData func(major int) bool
	// Notify is told, in a sentence, what takes long or was chosen for want
	// of something better. Defaults to telling nobody.
	Notify func(sentence string)
}

// Find returns the programs to use. Its error lists every place that was tried
// and why it would not do.
func (s Search) Find(ctx context.Context) (Installation, error) {
	if s.HasData == nil {
		s.HasData = func(int) bool { return false }
	}
	if s.Notify == nil {
		s.Notify = func(string) {}
	}
	var refusals []error
	if s.Source != Embedded {
		found, err := s.system(ctx)
		if err == nil {
			return found, nil
		}
		if s.Source == System {
			return Installation{}, fmt.Errorf("no PostgreSQL %d or newer on this machine: install it, or allow the embedded one (WEFT_POSTGRES=embedded):\n%w", OldestMajor, err)
		}
		refusals = append(refusals, err)
		s.Notify("no PostgreSQL is installed here: using the embedded one")
	}
	found, err := s.embedded(ctx)
	if err == nil {
		return found, nil
	}
	return Installation{}, fmt.Errorf("no PostgreSQL to run:\n%w", errors.Join(append(refusals, err)...))
}

// system chooses among the machine's installations: the first whose major
// version has data, else the first.
func (s Search) system(ctx context.Context) (Installation, error) {
	var usable []Installation
	var refusals []error
	for _, bin := range systemPlaces() {
		found, err := probe(ctx, bin, s.User)
		if err != nil {
			refusals = append(refusals, err)
			continue
		}
		usable = append(usable, found)
	}
	if len(usable) == 0 {
		refusals = append(refusals, errors.New("looked in PATH, /usr/lib/postgresql, /usr/pgsql-*, /usr/local/pgsql, Homebrew's prefixes and Postgres.app"))
		return Installation{}, errors.Join(refusals...)
	}
	for _, found := range usable {
		if s.HasData(found.Major) {
			return found, nil
		}
	}
	return usable[0], nil
}

// systemPlaces lists the directories that hold PostgreSQL's programs here:
// those of PATH first, then the newest of each packager.
func systemPlaces() []string {
	var places []string
	add := func(bin string) {
		// The real place: PATH often has links to single programs.
		program, err := filepath.EvalSymlinks(filepath.Join(bin, "postgres"))
		if err != nil {
			return
		}
		bin = filepath.Dir(program)
		if _, err := os.Stat(filepath.Join(bin, "initdb")); err == nil && !slices.Contains(places, bin) {
			places = append(places, bin)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) {
			add(dir)
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu, Alpine's versioned packages
		"/usr/pgsql-*/bin",          // the PostgreSQL project's RPMs
		"/usr/local/pgsql/bin",      // built from source
		filepath.Join(cmp.Or(os.Getenv("HOMEBREW_PREFIX"), "/opt/homebrew"), "opt/postgresql*/bin"),
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well formed
		slices.SortFunc(matches, func(a, b string) int { return cmp.Compare(lastNumber(b), lastNumber(a)) })
		for _, bin := range matches {
			add(bin)
		}
	}
	return places
}

// lastNumber returns the last number in a path: the version, in the paths at
// hand; 0 without one.
func lastNumber(path string) int {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	fields := strings.FieldsFunc(path, func(r rune) bool { return !isDigit(r) })
	if len(fields) == 0 {
		return 0
	}
	number, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		return 0
	}
	return number
}

// probe asks the programs in bin for their version, as the user who will run
// them.
func probe(ctx context.Context, bin string, user *process.User) (Installation, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return Installation{}, fmt.Errorf("%s: no initdb beside postgres", bin)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version")
	cmd.SysProcAttr = user.Attributes()
	cmd.Dir = "/"
	cmd.Env = environment()
	out, err := cmd.Output()
	if err != nil {
		return Installation{}, fmt.Errorf("%s: postgres --version: %w", bin, err)
	}
	version, major, err := parseVersion(string(out))
	if err != nil {
		return Installation{}, fmt.Errorf("%s: %w", bin, err)
	}
	if major < OldestMajor {
		return Installation{}, fmt.Errorf("%s: PostgreSQL %s is older than %d", bin, version, OldestMajor)
	}
	return Installation{Bin: bin, Version: version, Major: major}, nil
}

// parseVersion reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func parseVersion(line string) (version string, major int, err error) {
	_, rest, found := strings.Cut(line, "(PostgreSQL) ")
	if !found {
		return "", 0, fmt.Errorf("unexpected version %q", strings.TrimSpace(line))
	}
	version, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' }) // "18.4", "19beta1"
	if digits < 0 {
		digits = len(version)
	}
	major, err = strconv.Atoi(version[:digits])
	if err != nil {
		return "", 0, fmt.Errorf("unexpected version %q", strings.TrimSpace(line))
	}
	return version, major, nil
}

// environment is what PostgreSQL's programs get: no PG* variable of the
// caller's shell, which would change what they do.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "LC_MESSAGES=C"}
}
