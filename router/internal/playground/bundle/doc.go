// Package bundle is the form in which the built page lies in the repository: a
// folder of gzip files and a manifest that names them.
//
//	in    what Vite built: file name → bytes        (Write)
//	out   the same, checked against the manifest    (Open, Compressed, Content)
//
//	assets/
//	├── manifest.json                    name, size and SHA-256 of each file before compression
//	├── index.html.gz
//	└── playground/main-D34dB33f.js.gz   …
//
// Compression is gzip because browsers ask for Brotli only over TLS, and the
// playground is mostly opened over plain HTTP; it also needs no dependency.
// The same content always gives the same file: gzip's header carries neither a
// time nor a name, and Write leaves a file alone whose content has not changed,
// so that another release of Go, which may compress differently, changes
// nothing.
package bundle
