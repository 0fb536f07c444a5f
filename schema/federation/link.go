package federation

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Link is one application of @link: a specification that a schema uses, and the
// names that it gives to the specification's elements.
//
// Link v1.0 §@link.
type Link struct {
	// URL is the url as written.
	URL string
	// Identity is the url without version, as in
	// "https://specs.apollo.dev/federation".
	Identity string
	// Name is the last segment of the identity, as in "federation"; empty if it
	// is not a GraphQL name.
	Name string
	// Version is the version at the end of the url; zero if it names none.
	Version Version
	// As is the namespace: the `as` argument, or Name.
	As string
	// Purpose is SECURITY, EXECUTION or empty.
	Purpose string
	// Imports are the elements that the schema names without the namespace.
	Imports []Import
	// Position is that of the directive.
	Position *ast.Position
}

// Import is one entry of `import:`. Directive names keep their "@" on both
// sides.
type Import struct {
	// Name is the element's name in the specification.
	Name string
	// As is its name in the schema; equal to Name unless renamed.
	As string
}

// DirectiveName returns what the schema calls the specification's directive of
// the given name (both without "@"): the imported name, the bare name for a
// directive named like its specification, else "namespace__name".
func (l Link) DirectiveName(name string) string {
	for _, i := range l.Imports {
		if i.Name == "@"+name {
			return strings.TrimPrefix(i.As, "@")
		}
	}
	if name == l.Name {
		return l.As
	}
	return l.As + "__" + name
}

// TypeName returns what the schema calls the specification's type of the given
// name.
func (l Link) TypeName(name string) string {
	for _, i := range l.Imports {
		if i.Name == name {
			return i.As
		}
	}
	return l.As + "__" + name
}

// ReadLinks reads the @link applications of a schema, in order; a schema that
// renames @link itself (`@link(url: ".../link/v1.0", as: "core")`) is honoured.
// Its error joins one [*Error] per problem.
func ReadLinks(doc *ast.SchemaDocument) ([]Link, error) {
	var applied ast.DirectiveList
	for _, def := range doc.Schema {
		applied = append(applied, def.Directives...)
	}
	for _, def := range doc.SchemaExtension {
		applied = append(applied, def.Directives...)
	}
	linkName := linkDirectiveName(applied)
	var links []Link
	var errs []error
	for _, d := range applied {
		if d.Name != linkName {
			continue
		}
		link, err := readLink(d)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, clashes(links, link)...)
		links = append(links, link)
	}
	return links, errors.Join(errs...)
}

// linkDirectiveName finds what the schema calls @link: the directive that links
// the link specification under its own name.
func linkDirectiveName(applied ast.DirectiveList) string {
	for _, d := range applied {
		arg := d.Arguments.ForName("url")
		if arg == nil || arg.Value.Kind != ast.StringValue || !strings.HasPrefix(arg.Value.Raw, LinkIdentity+"/") {
			continue
		}
		as := "link"
		if a := d.Arguments.ForName("as"); a != nil {
			as = a.Value.Raw
		}
		if d.Name == as {
			return as
		}
	}
	return "link"
}

func clashes(links []Link, link Link) (errs []error) {
	for _, other := range links {
		switch {
		case other.Identity == link.Identity:
			errs = append(errs, &Error{
				Code:     CodeInvalidLinkDirectiveUsage,
				Message:  fmt.Sprintf("cannot link %q: it is already linked; put all imports into one @link", link.Identity),
				Position: link.Position,
			})
		case other.As == link.As && link.As != "":
			errs = append(errs, &Error{
				Code:     CodeInvalidLinkDirectiveUsage,
				Message:  fmt.Sprintf("cannot link %q as %q: that name stands for %q already; give one of them another name with `as:`", link.Identity, link.As, other.Identity),
				Position: link.Position,
			})
		}
	}
	return errs
}

func readLink(d *ast.Directive) (Link, error) {
	invalid := func(format string, args ...any) error {
		return &Error{Code: CodeInvalidLinkDirectiveUsage, Message: fmt.Sprintf(format, args...), Position: d.Position}
	}
	arg := d.Arguments.ForName("url")
	if arg == nil || (arg.Value.Kind != ast.StringValue && arg.Value.Kind != ast.BlockValue) {
		return Link{}, invalid("@%s needs the argument `url`, a string", d.Name)
	}
	link := Link{URL: arg.Value.Raw, Position: d.Position}
	if err := link.readURL(); err != nil {
		return Link{}, &Error{Code: CodeInvalidLinkIdentifier, Message: err.Error(), Position: arg.Position}
	}
	link.As = link.Name
	if as := d.Arguments.ForName("as"); as != nil && as.Value.Kind != ast.NullValue {
		if as.Value.Kind != ast.StringValue || !isName(as.Value.Raw) || strings.Contains(as.Value.Raw, "__") {
			return Link{}, invalid("@%s(as:) must be a GraphQL name without a double underscore, got %s", d.Name, as.Value)
		}
		link.As = as.Value.Raw
	}
	if strings.HasSuffix(link.As, "_") {
		return Link{}, invalid("%q, as %s is called, must not end in an underscore: give it another name with `as:`", link.As, link.Identity)
	}
	if purpose := d.Arguments.ForName("for"); purpose != nil && purpose.Value.Kind != ast.NullValue {
		if raw := purpose.Value.Raw; purpose.Value.Kind != ast.EnumValue || (raw != "SECURITY" && raw != "EXECUTION") {
			return Link{}, &Error{
				Code:     CodeInvalidGraphQL,
				Message:  fmt.Sprintf("@%s(for:) must be SECURITY or EXECUTION, got %s", d.Name, purpose.Value),
				Position: purpose.Position,
			}
		}
		link.Purpose = purpose.Value.Raw
	}
	imports := d.Arguments.ForName("import")
	if imports == nil || imports.Value.Kind == ast.NullValue {
		return link, nil
	}
	list := imports.Value.Children
	if imports.Value.Kind != ast.ListValue {
		list = ast.ChildValueList{{Value: imports.Value}} // GraphQL takes a single value for a list of one
	}
	var errs []error
	for _, child := range list {
		imp, err := readImport(child.Value)
		if err != nil {
			errs = append(errs, &Error{Code: CodeInvalidLinkDirectiveUsage, Message: err.Error(), Position: child.Value.Position})
			continue
		}
		link.Imports = append(link.Imports, imp)
	}
	return link, errors.Join(errs...)
}

func readImport(v *ast.Value) (Import, error) {
	var imp Import
	switch v.Kind {
	case ast.StringValue:
		imp.Name, imp.As = v.Raw, v.Raw
	case ast.ObjectValue:
		for _, child := range v.Children {
			if child.Value.Kind != ast.StringValue {
				return Import{}, fmt.Errorf("@link import %s: %q must be a string", v, child.Name)
			}
			switch child.Name {
			case "name":
				imp.Name = child.Value.Raw
			case "as":
				imp.As = child.Value.Raw
			default:
				return Import{}, fmt.Errorf("@link import %s: unknown key %q; use {name:, as:}", v, child.Name)
			}
		}
		if imp.Name == "" {
			return Import{}, fmt.Errorf("@link import %s: it names nothing; use {name:, as:}", v)
		}
		if imp.As == "" {
			imp.As = imp.Name
		}
	default:
		return Import{}, fmt.Errorf("@link import %s: it must be a string or {name:, as:}", v)
	}
	directive, renamed := strings.HasPrefix(imp.Name, "@"), strings.HasPrefix(imp.As, "@")
	switch {
	case directive && !renamed:
		return Import{}, fmt.Errorf("@link import: the new name of directive %q must start with \"@\", got %q", imp.Name, imp.As)
	case !directive && renamed:
		return Import{}, fmt.Errorf("@link import: the new name of type %q must not start with \"@\", got %q", imp.Name, imp.As)
	case !isName(strings.TrimPrefix(imp.Name, "@")) || !isName(strings.TrimPrefix(imp.As, "@")):
		return Import{}, fmt.Errorf("@link import %s: not a GraphQL name", v)
	}
	return imp, nil
}

// readURL splits the url into identity, name and version. A last segment that
// is no version belongs to the identity.
func (l *Link) readURL() error {
	u, err := url.Parse(l.URL)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return fmt.Errorf("the url of @link must be absolute, as in %q, got %q", FederationIdentity+"/v2.9", l.URL)
	}
	u.Fragment, u.RawQuery = "", ""
	path := u.Path
	last := path[strings.LastIndexByte(path, '/')+1:]
	if v, err := ParseVersion(last); err == nil {
		l.Version = v
		path = strings.TrimRight(path[:len(path)-len(last)], "/")
		if last = path[strings.LastIndexByte(path, '/')+1:]; last == "" {
			return fmt.Errorf("the url of @link must name a specification before its version, as in %q, got %q", FederationIdentity+"/v2.9", l.URL)
		}
	}
	u.Path, u.RawPath = path, ""
	l.Identity = u.String()
	if isName(last) && !strings.Contains(last, "__") {
		l.Name = last
	}
	return nil
}

func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
