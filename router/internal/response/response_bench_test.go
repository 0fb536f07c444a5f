package response_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/router/internal/response"
)

// reviews is a response of about 80 KB: 240 reviews, whose texts are most of it,
// of products by authors.
func reviews() []byte {
	var out bytes.Buffer
	out.WriteString(`{"data":{"reviews":[`)
	for i := range 240 {
		if i > 0 {
			out.WriteString(",")
		}
		body := strings.Repeat("Lorem ipsum dolor sit amet, consectetur adipiscing elit. ", 4+i%2)
		fmt.Fprintf(&out, `{"id":"%d","body":"%s","product":{"upc":"%d","inStock":true,"price":%d,"weight":%d.5},"author":{"id":"%d","username":"user%d"}}`,
			i, body, i%5, 100+i, i, i%7, i%7)
	}
	out.WriteString(`]}}`)
	return out.Bytes()
}

func reviewsLayout() (*response.Layout, *response.Projection) {
	leaf := func(shape *response.Shape, pr *response.Projection, name string, kind response.Kind) {
		add(shape, pr, name, 0, kind, nil, nil)
	}
	product, productPr := &response.Shape{Node: 2, Size: 1, Variants: make([]response.Variant, 1)}, &response.Projection{TypeView: -1}
	leaf(product, productPr, "upc", response.ID)
	leaf(product, productPr, "inStock", response.Boolean)
	leaf(product, productPr, "price", response.Int)
	leaf(product, productPr, "weight", response.Float)
	author, authorPr := &response.Shape{Node: 3, Size: 1, Variants: make([]response.Variant, 1)}, &response.Projection{TypeView: -1}
	leaf(author, authorPr, "id", response.ID)
	leaf(author, authorPr, "username", response.String)
	review, reviewPr := &response.Shape{Node: 1, Size: 1, Variants: make([]response.Variant, 1)}, &response.Projection{TypeView: -1}
	leaf(review, reviewPr, "id", response.ID)
	leaf(review, reviewPr, "body", response.String)
	add(review, reviewPr, "product", 0, response.Any, product, productPr)
	add(review, reviewPr, "author", 0, response.Any, author, authorPr)
	root, rootPr := &response.Shape{Node: 0, Size: 1, Variants: make([]response.Variant, 1)}, &response.Projection{TypeView: -1}
	add(root, rootPr, "reviews", 1, response.Any, review, reviewPr)
	return &response.Layout{Root: root, Nodes: 4}, rootPr
}

func add(shape *response.Shape, pr *response.Projection, name string, depth int, kind response.Kind, below *response.Shape, belowPr *response.Projection) {
	v := &shape.Variants[0]
	v.Fields = append(v.Fields, response.NewShapeField(name, shape.Size, depth, kind, below))
	f := response.NewProjectionField(name)
	f.Slot, f.Kind, f.Object, f.NonNull, f.SameKey = shape.Size, kind, belowPr, 1, true
	pr.Add(f)
	shape.Size++
}

func BenchmarkParse(b *testing.B) {
	compact := reviews()
	var spaced, reordered bytes.Buffer
	if err := json.Indent(&spaced, compact, "", "  "); err != nil {
		b.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(compact, &value); err != nil {
		b.Fatal(err)
	}
	if err := json.NewEncoder(&reordered).Encode(value); err != nil { // in the order of names
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name string
		body []byte
	}{
		{"compact", compact},
		{"whitespace", spaced.Bytes()},
		{"reordered", reordered.Bytes()},
		{"escapes", bytes.ReplaceAll(compact, []byte("dolor"), []byte(`\u0064\"lor`))},
		{"unicode", bytes.ReplaceAll(compact, []byte("dolor"), []byte("dölör"))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			layout, _ := reviewsLayout()
			var d response.Document
			b.SetBytes(int64(len(bench.body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Parse(layout, append(d.Reset(), bench.body...)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEmit(b *testing.B) {
	layout, projection := reviewsLayout()
	var d response.Document
	if err := d.Parse(layout, reviews()); err != nil {
		b.Fatal(err)
	}
	var e response.Emitter
	var out []byte
	b.SetBytes(int64(len(reviews())))
	b.ReportAllocs()
	for b.Loop() {
		e.Reset(out[:0])
		e.AddRoot(&d, response.Cause{})
		e.Data(projection)
		out, _ = e.Finish()
	}
}
