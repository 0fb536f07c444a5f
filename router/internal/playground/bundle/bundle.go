package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
)

const (
	manifestName = "manifest.json"
	suffix       = ".gz"
)

// File is one entry of the manifest. It describes the content before
// compression.
type File struct {
	// Name is the path below the page's address, with slashes: "index.html",
	// "playground/main-D34dB33f.js".
	Name string `json:"name"`
	// Bytes is the length of the content.
	Bytes int `json:"bytes"`
	// SHA256 is the checksum of the content in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Bundle is an opened folder. It is immutable and safe for concurrent use as
// far as its file system is.
type Bundle struct {
	fsys  fs.FS
	files []File
}

// Open reads the manifest at the root of fsys. It returns an error when the
// manifest is missing or malformed, when it lists a file that is not there, and
// when a file is there that it does not list. It does not decompress anything.
func Open(fsys fs.FS) (*Bundle, error) {
	text, err := fs.ReadFile(fsys, manifestName)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	b := &Bundle{fsys: fsys}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b.files); err != nil {
		return nil, fmt.Errorf("bundle: %s: %w", manifestName, err)
	}

	listed := map[string]bool{manifestName: true}
	for _, file := range b.files {
		listed[file.Name+suffix] = true
		if _, err := fs.Stat(fsys, file.Name+suffix); err != nil {
			return nil, fmt.Errorf("bundle: %s lists %q: %w", manifestName, file.Name, err)
		}
	}
	err = fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && !listed[path] {
			return fmt.Errorf("%s does not list %q", manifestName, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return b, nil
}

// Files returns the manifest's entries in name order. The caller must not
// change them.
func (b *Bundle) Files() []File { return b.files }

// Compressed returns the gzip form of one listed file.
func (b *Bundle) Compressed(file File) ([]byte, error) {
	data, err := fs.ReadFile(b.fsys, file.Name+suffix)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return data, nil
}

// Content returns one listed file decompressed. It returns an error when size
// or checksum are not those of the manifest.
func (b *Bundle) Content(file File) ([]byte, error) {
	data, err := b.Compressed(file)
	if err != nil {
		return nil, err
	}
	content, err := decompress(data)
	if err != nil {
		return nil, fmt.Errorf("bundle: %s: %w", file.Name, err)
	}
	if got := describe(file.Name, content); got != file {
		return nil, fmt.Errorf("bundle: %s: content is %d bytes, sha256 %s; the manifest says %d bytes, %s",
			file.Name, got.Bytes, got.SHA256, file.Bytes, file.SHA256)
	}
	return content, nil
}

func describe(name string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{Name: name, Bytes: len(content), SHA256: hex.EncodeToString(sum[:])}
}

func decompress(data []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

func compress(content []byte) ([]byte, error) {
	var buffer bytes.Buffer
	writer, err := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
