package supergraph

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
)

// Supergraph is a composed schema together with where its parts live. It is
// immutable and safe for concurrent use; the schemas in it must only be read.
type Supergraph struct {
	// ID is a hash of the SDL. Supergraphs with equal IDs are equal.
	ID string
	// Subgraphs are in the order of join__Graph; everything else names a
	// subgraph by its index here.
	Subgraphs []Subgraph
	// Types are the object, interface and union types, in the order of the SDL.
	Types []*Type
	// Schema is the whole schema without the elements of link and join.
	Schema *ast.Schema
	// API is what clients see: Schema without @inaccessible elements and without
	// the elements of linked specifications.
	API *ast.Schema
	// Connect is the link to the connect specification, nil if there is none. Some
	// subgraphs are then no servers, but connectors (@join__directive) that whoever
	// executes the supergraph has to execute.
	Connect *federation.Link

	sdl    string
	byName map[string]*Type
}

// Subgraph is one entry of join__Graph.
type Subgraph struct {
	// Graph is the enum value, as in "USERS".
	Graph string
	// Name is the subgraph's name, as in "users".
	Name string
	// URL is where its requests go; empty if the supergraph does not say.
	URL string
}

// SDL returns the text that the supergraph was read from.
func (s *Supergraph) SDL() string { return s.sdl }

// Type returns the object, interface or union type of the given name, or nil.
func (s *Supergraph) Type(name string) *Type { return s.byName[name] }

// Parse reads a supergraph. The name is the file's name for positions. Its error
// joins one [*federation.Error] per problem: a syntax error has the code
// INVALID_GRAPHQL, the others those of this package.
func Parse(name, sdl string) (*Supergraph, error) {
	src := &ast.Source{Name: name, Input: sdl}
	doc, err := parser.ParseSchema(src)
	if err != nil {
		return nil, federation.SyntaxError(err, src)
	}
	s, err := read(doc, src)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(sdl))
	s.ID, s.sdl = hex.EncodeToString(sum[:]), sdl
	return s, nil
}

// Read is Parse for who has the document and needs no text: the supergraph has
// neither ID nor SDL. The document must not be changed afterwards.
func Read(doc *ast.SchemaDocument) (*Supergraph, error) {
	return read(doc, &ast.Source{Name: "supergraph"})
}

func read(doc *ast.SchemaDocument, src *ast.Source) (*Supergraph, error) {
	specs, err := readSpecifications(doc, src)
	if err != nil {
		return nil, err
	}
	s := &Supergraph{Connect: specs.connect, byName: map[string]*Type{}}
	if err := s.readGraphs(doc, specs, src); err != nil {
		return nil, err
	}
	if err := s.buildSchemas(doc, specs, src); err != nil {
		return nil, err
	}
	if err := s.readTypes(doc, specs); err != nil {
		return nil, err
	}
	return s, nil
}

// buildSchemas builds both schemas at once; they share nothing that is written.
func (s *Supergraph) buildSchemas(doc *ast.SchemaDocument, specs specifications, src *ast.Source) (err error) {
	var apiErr error
	var other sync.WaitGroup
	other.Go(func() { s.API, apiErr = buildSchema(doc, specs.hidden(), src) })
	s.Schema, err = buildSchema(doc, specs.machinery(), src)
	other.Wait()
	return cmp.Or(err, apiErr)
}

// graphqlError is an error of the validator, which says where.
func graphqlError(err error, src *ast.Source) error {
	pos := &ast.Position{Line: 1, Column: 1, Src: src}
	message := err.Error()
	var gqlErr *gqlerror.Error
	if errors.As(err, &gqlErr) {
		message = gqlErr.Message
		if len(gqlErr.Locations) > 0 {
			pos.Line, pos.Column = gqlErr.Locations[0].Line, gqlErr.Locations[0].Column
		}
	}
	return &federation.Error{Code: federation.CodeInvalidGraphQL, Message: message, Position: pos}
}

// readGraphs reads the enum join__Graph.
func (s *Supergraph) readGraphs(doc *ast.SchemaDocument, specs specifications, src *ast.Source) error {
	def := doc.Definitions.ForName(specs.join.TypeName("Graph"))
	if def == nil || def.Kind != ast.Enum {
		return invalid(&ast.Position{Line: 1, Column: 1, Src: src}, "the enum %s is missing: it lists the subgraphs", specs.join.TypeName("Graph"))
	}
	var errs []error
	names := map[string]bool{}
	for _, v := range def.EnumValues {
		d := v.Directives.ForName(specs.join.DirectiveName("graph"))
		if d == nil || stringArg(d, "name") == "" {
			errs = append(errs, invalid(v.Position, "%s.%s has no @%s(name:, url:)", def.Name, v.Name, specs.join.DirectiveName("graph")))
			continue
		}
		sub := Subgraph{Graph: v.Name, Name: stringArg(d, "name"), URL: stringArg(d, "url")}
		if names[sub.Name] {
			errs = append(errs, invalid(v.Position, "two subgraphs are called %q", sub.Name))
		}
		names[sub.Name] = true
		s.Subgraphs = append(s.Subgraphs, sub)
	}
	return errors.Join(errs...)
}
