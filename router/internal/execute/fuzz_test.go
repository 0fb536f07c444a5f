package execute_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/subgraph"
)

// FuzzExecute has one subgraph answer anything: the response is JSON, its data
// have the form that the schema promises, and whatever is null where the schema
// forbids it has an error.
func FuzzExecute(f *testing.F) {
	for _, body := range []string{
		`{"data":{"users":[{"id":"1","name":"Ada"},null,{"id":"2","name":null}]}}`,
		`{"data":{"top":null},"errors":[{"message":"x","path":["top"],"extensions":{"code":"X"}}]}`,
		`{"data":{"_entities":[{"reviews":[{"body":"a","product":{"upc":"p1"}}]},null]},"errors":[{"message":"x","path":["_entities",1,"reviews",0]}]}`,
		`{"data":{"_entities":[{"name":"Table","price":1e2},{"name":7}]}}`,
		`{"data":null,"errors":[{"message":"x"},{"path":[1,"_entities",{}]}]}`, `{"errors":"x"}`, `[`,
	} {
		for fetch := range uint8(4) {
			f.Add(fetch, []byte(body))
		}
	}
	program := compile(f, crossing(), graphOf(f, shopSDL, " HIDDEN", "users", "reviews", "products"))
	f.Fuzz(func(t *testing.T, fetch uint8, body []byte) {
		fetcher := &fake{otherwise: func(request *subgraph.Request) string {
			if request.Number == int(fetch%4) {
				return string(body)
			}
			return shop(request)
		}}
		out := program.Execute(context.Background(), execute.Input{Flights: flights(fetcher), IncludeSubgraphErrors: []execute.Exposure{{Whole: true}, {Whole: true}, {Whole: true}}})
		defer out.Release()
		var got struct {
			Data *struct {
				Users *[]*struct {
					Name    *string
					Reviews *[]*struct {
						Body    *string
						Product *struct{ UPC, Name *string }
					}
				}
				Top *struct {
					Name  *string
					Price *json.Number
				}
			}
			Errors []struct{ Message *string }
		}
		if err := json.Unmarshal(out.Body, &got); err != nil {
			t.Fatalf("%v: %s", err, out.Body)
		}
		if got.Data == nil || len(got.Errors) != len(out.Errors) {
			t.Fatalf("the data are null, or errors lost: %s", out.Body)
		}
		if got.Data.Users == nil {
			return
		}
		for _, user := range *got.Data.Users {
			if user == nil {
				continue
			}
			if user.Name == nil || user.Reviews == nil {
				t.Fatalf("a required field of a user is null: %s", out.Body)
			}
			for _, review := range *user.Reviews {
				if review == nil || review.Product == nil || review.Product.UPC == nil {
					t.Fatalf("a required part of a review is null: %s", out.Body)
				}
			}
		}
	})
}
