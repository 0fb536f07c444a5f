// Package preview shows every letter with made-up values, for those who write them.
//
//	GET /letters/                   all letters in all languages, HTML and text side by side
//	GET /letters/NAME               one of them
//	GET /letters/NAME/LANGUAGE.html as it is sent; .txt is its plain text
//
// The samples are those of the golden tests, too: what was looked at is what is
// tested. It is for development: it shows nothing of anybody, but is of no use to
// anybody else either.
package preview
