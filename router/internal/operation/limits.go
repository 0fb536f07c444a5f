package operation

import (
	"cmp"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
)

// Limits bound the work that one request's text can cause. A zero field means
// its default.
type Limits struct {
	// MaxTokens is the number of lexical tokens in the document. Defaults to
	// 15,000.
	MaxTokens int
	// MaxRecursion is how deep selection sets, lists and objects may nest.
	// Defaults to 500.
	MaxRecursion int
	// MaxFields is the number of fields that the document may have after its
	// fragments were inlined. Defaults to 50,000.
	MaxFields int
}

func (l Limits) withDefaults() Limits {
	l.MaxTokens = cmp.Or(l.MaxTokens, 15_000)
	l.MaxRecursion = cmp.Or(l.MaxRecursion, 500)
	l.MaxFields = cmp.Or(l.MaxFields, 50_000)
	return l
}

// checkTokens counts tokens and nesting without recursion. Everything after it
// may recurse as deep as the text nests.
func checkTokens(src *ast.Source, limits Limits) *gqlerror.Error {
	lex := lexer.New(src)
	depth := 0
	for count := 0; ; {
		tok, err := lex.ReadToken()
		if err != nil || tok.Kind == lexer.EOF {
			return nil // the parser reports what is wrong
		}
		if tok.Kind != lexer.Comment {
			count++
		}
		if count > limits.MaxTokens {
			return errorAt(CodeParsing, &tok.Pos, "the document has more than %d tokens", limits.MaxTokens)
		}
		switch tok.Kind {
		case lexer.BraceL, lexer.BracketL:
			if depth++; depth > limits.MaxRecursion {
				return errorAt(CodeParsing, &tok.Pos, "the document nests more than %d levels deep", limits.MaxRecursion)
			}
		case lexer.BraceR, lexer.BracketR:
			depth--
		}
	}
}
