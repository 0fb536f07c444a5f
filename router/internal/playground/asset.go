package playground

import (
	"fmt"
	"path"
	"regexp"

	"github.com/weftql/weft/router/internal/playground/bundle"
)

// asset is one file of the built page, kept compressed.
type asset struct {
	contentType string
	compressed  []byte
	bytes       int  // length before compression
	hashed      bool // the name changes with the content
}

// contentTypes are those of the files that Vite makes of our sources. A fixed
// table, because package mime asks the machine it runs on.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".md":  "text/plain; charset=utf-8",
	".svg": "image/svg+xml",
	".ttf": "font/ttf",
}

// hashedName is what Vite calls a file: name, dash, eight characters of hash.
var hashedName = regexp.MustCompile(`-[0-9A-Za-z_-]{8}\.[a-z]+$`)

func newAsset(built *bundle.Bundle, file bundle.File) (asset, error) {
	contentType, ok := contentTypes[path.Ext(file.Name)]
	if !ok {
		return asset{}, fmt.Errorf("no content type for %q", file.Name)
	}
	data, err := built.Compressed(file)
	if err != nil {
		return asset{}, err
	}
	return asset{
		contentType: contentType,
		compressed:  data,
		bytes:       file.Bytes,
		hashed:      hashedName.MatchString(file.Name),
	}, nil
}
