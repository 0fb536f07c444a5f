package federation

import (
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Subgraph is the input of composition: a named service and its SDL. It is a
// plain value; nothing in this module changes it.
type Subgraph struct {
	// Name identifies the subgraph; the supergraph's join__Graph value is made
	// from it.
	Name string
	// URL is where the router sends requests. It is copied into the supergraph
	// and may be empty.
	URL string
	// Sources are the files that hold the SDL, in order. The order matters only
	// for the order of fields in the result.
	Sources []Source
}

// Source is one file of SDL.
type Source struct {
	// Name is the file's name as errors shall show it.
	Name string
	// Text is the file's content.
	Text string
}

// Document is a subgraph's SDL after parsing. It is read only and may be shared
// between goroutines.
type Document struct {
	// Subgraph is what was parsed.
	Subgraph Subgraph
	// AST holds every definition and extension of all sources, unmerged.
	AST *ast.SchemaDocument
	// Links are the @link applications of `schema` and `extend schema`, in
	// order, including the link to the link specification itself if written.
	Links []Link
}

// Parse reads the sources of a subgraph. Its error joins one [*Error] per
// problem; each has a position. Syntax errors have the code INVALID_GRAPHQL,
// unreadable links those of package link's specification.
func Parse(sub Subgraph) (*Document, error) {
	doc := &ast.SchemaDocument{}
	var errs []error
	for _, file := range sub.Sources {
		src := &ast.Source{Name: file.Name, Input: file.Text}
		parsed, err := parser.ParseSchema(src)
		if err != nil {
			errs = append(errs, SyntaxError(err, src))
			continue
		}
		doc.Merge(parsed)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	links, err := ReadLinks(doc)
	if err != nil {
		return nil, err
	}
	return &Document{Subgraph: sub, AST: doc, Links: links}, nil
}

// Federation returns the link to the federation specification; ok is false for
// a federation 1 subgraph, which has none.
func (d *Document) Federation() (link Link, ok bool) {
	return d.link(FederationIdentity)
}

func (d *Document) link(identity string) (Link, bool) {
	for _, l := range d.Links {
		if l.Identity == identity {
			return l, true
		}
	}
	return Link{}, false
}
