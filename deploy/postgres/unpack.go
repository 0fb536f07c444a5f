package postgres

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xi2/xz"

	"github.com/weftql/weft/deploy/process"
)

// unpackInto has fill fill a directory beside dir and moves it to dir when it
// is complete, so that an interrupted run leaves nothing that looks whole.
func unpackInto(dir string, fill func(partial string) error) error {
	partial := dir + ".partial"
	for _, stale := range []string{partial, dir} {
		if err := os.RemoveAll(stale); err != nil {
			return err
		}
	}
	if err := fill(partial); err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	return os.Rename(partial, dir)
}

// unpackMaven unpacks the archive of the Maven package: bin, lib and share.
func unpackMaven(archive, dir string, user *process.User) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := xz.NewReader(bufio.NewReader(file), 0)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	if err := untar(tar.NewReader(plain), dir, "", user); err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	return nil
}

// unpackNPM unpacks the folder "native" of the npm package and makes the
// libraries' links, which such a package cannot contain.
func unpackNPM(archive, dir string, user *process.User) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	if err := untar(tar.NewReader(plain), dir, "package/native/", user); err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	if err := linkLibraries(dir, user); err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	return nil
}

// untar writes the archive's files whose names begin with prefix below dir,
// without the prefix. Everything belongs to user. os.Root keeps names and
// links from leading out of dir.
func untar(archive *tar.Reader, dir, prefix string, user *process.User) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := own(root, ".", user); err != nil {
		return err
	}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, wanted := strings.CutPrefix(strings.TrimPrefix(header.Name, "./"), prefix)
		name = strings.TrimSuffix(name, "/")
		if !wanted || name == "" {
			continue
		}
		if err := extract(root, name, header, archive, user); err != nil {
			return err
		}
	}
}

// extract writes one entry of an archive.
func extract(root *os.Root, name string, header *tar.Header, content io.Reader, user *process.User) error {
	if err := makeParents(root, filepath.Dir(name), user); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return makeParents(root, name, user)
	case tar.TypeSymlink:
		if err := root.Symlink(header.Linkname, name); err != nil {
			return err
		}
	case tar.TypeReg:
		mode := os.FileMode(0o644)
		if header.Mode&0o100 != 0 {
			mode = 0o755
		}
		file, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s: an entry of type %q is not expected", header.Name, header.Typeflag)
	}
	return own(root, name, user)
}

// makeParents makes the directory dir and those above it.
func makeParents(root *os.Root, dir string, user *process.User) error {
	if dir == "." {
		return nil
	}
	if info, err := root.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := makeParents(root, filepath.Dir(dir), user); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return own(root, dir, user)
}

// own gives a file to user, if that is somebody else than the caller.
func own(root *os.Root, name string, user *process.User) error {
	if user == nil {
		return nil
	}
	return root.Lchown(name, int(user.UID), int(user.GID))
}

// linkLibraries makes the links listed in pg-symlinks.json, whose paths begin
// with "native/": target is the link, source the file beside it.
func linkLibraries(dir string, user *process.User) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	text, err := root.ReadFile("pg-symlinks.json")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, link := range links {
		source, target := strings.TrimPrefix(link.Source, "native/"), strings.TrimPrefix(link.Target, "native/")
		relative, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return fmt.Errorf("pg-symlinks.json: %w", err)
		}
		if err := root.Symlink(relative, target); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := own(root, target, user); err != nil {
			return err
		}
	}
	return nil
}
