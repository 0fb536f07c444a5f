package universe

import (
	"fmt"
	"strconv"
)

// Warehouse returns three subgraphs that together hold what is hard about
// federation, with lists of rows items:
//
//   - catalog has products by a compound key (sku and region), which stand in
//     shelves, a list of lists, and items of an interface whose
//     implementations live in catalog and in storage;
//   - storage has products and bins, by a nested key (room { code } and number),
//     and computes a product's volume from catalog's dimensions;
//   - shipping computes a product's fee from storage's volume: with the former
//     a chain of two @requires.
//
// Every other row repeats a product of the row before it, so that there are
// DistinctProducts(rows) of them.
func Warehouse(rows int) []Subgraph {
	return []Subgraph{catalog(rows), storage(), shipping()}
}

// DistinctProducts is how many products Warehouse(rows) has.
func DistinctProducts(rows int) int { return (rows + 1) / 2 }

// WarehouseQuery asks for all of what Warehouse has.
const WarehouseQuery = `query Everything {
  shelves { sku region name volume fee bin { number room { code } label } }
  items { id ... on Book { pages } ... on Film { minutes } }
}`

func catalog(rows int) Subgraph {
	shelves, items := []any{}, []any{}
	for row := range rows {
		if row%5 == 0 {
			shelves = append(shelves, []any{})
		}
		last := len(shelves) - 1
		shelves[last] = append(shelves[last].([]any), product(row/2))
		if row%2 == 0 {
			items = append(items, Object{"__typename": "Book", "id": "b" + strconv.Itoa(row), "pages": row})
		} else {
			items = append(items, Object{"__typename": "Film", "id": "f" + strconv.Itoa(row)})
		}
	}
	return Subgraph{
		Name: "catalog",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

type Query {
  shelves: [[Product!]!]!
  items: [Item!]!
}
type Product @key(fields: "sku region") {
  sku: ID!
  region: String!
  name: String
  dimensions: Dimensions!
}
type Dimensions { width: Int! height: Int! }
interface Item { id: ID! }
type Book implements Item @key(fields: "id") { id: ID! pages: Int! }
type Film implements Item @key(fields: "id", resolvable: false) { id: ID! }
`,
		Query: Object{"shelves": shelves, "items": items},
		Entities: map[string]func(map[string]any) (Object, error){
			"Product": func(r map[string]any) (Object, error) {
				number, err := strconv.Atoi(fmt.Sprint(r["sku"])[1:])
				if err != nil || r["region"] != "eu" {
					return nil, fmt.Errorf("no product %v", r)
				}
				return product(number), nil
			},
			"Book": func(r map[string]any) (Object, error) {
				return Object{"id": r["id"], "pages": 1}, nil
			},
		},
	}
}

func product(number int) Object {
	return Object{
		"sku": "p" + strconv.Itoa(number), "region": "eu", "name": "Product " + strconv.Itoa(number),
		"dimensions": Object{"width": number, "height": 2},
	}
}

func storage() Subgraph {
	return Subgraph{
		Name: "storage",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])

type Query { storageVersion: String }
type Product @key(fields: "sku region") {
  sku: ID!
  region: String!
  dimensions: Dimensions! @external
  volume: Int! @requires(fields: "dimensions { width height }")
  bin: Bin
}
type Dimensions { width: Int! @external height: Int! @external }
type Room { code: ID! }
type Bin @key(fields: "room { code } number") { room: Room! number: Int! }
interface Item { id: ID! }
type Film implements Item @key(fields: "id") { id: ID! minutes: Int! }
`,
		Query: Object{"storageVersion": "1"},
		Entities: map[string]func(map[string]any) (Object, error){
			"Product": func(r map[string]any) (Object, error) {
				number, err := strconv.Atoi(fmt.Sprint(r["sku"])[1:])
				if err != nil || r["region"] != "eu" {
					return nil, fmt.Errorf("no product %v", r)
				}
				bin := Object{"number": number, "room": Object{"code": "room-" + strconv.Itoa(number%3)}}
				return Object{"sku": r["sku"], "region": r["region"], "bin": bin, "volume": Resolver(func(map[string]any) (any, error) {
					dimensions, given := r["dimensions"].(map[string]any)
					if !given {
						return nil, fmt.Errorf("volume of %v without its dimensions", r["sku"])
					}
					width, _ := dimensions["width"].(float64)
					height, _ := dimensions["height"].(float64)
					return int(width * height), nil
				})}, nil
			},
			"Film": func(r map[string]any) (Object, error) {
				return Object{"id": r["id"], "minutes": 10 * len(fmt.Sprint(r["id"]))}, nil
			},
		},
	}
}

func shipping() Subgraph {
	return Subgraph{
		Name: "shipping",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])

type Query { shippingVersion: String }
type Product @key(fields: "sku region") {
  sku: ID!
  region: String!
  volume: Int! @external
  fee: Int! @requires(fields: "volume")
}
type Room { code: ID! }
type Bin @key(fields: "room { code } number") { room: Room! number: Int! label: String! }
`,
		Query: Object{"shippingVersion": "1"},
		Entities: map[string]func(map[string]any) (Object, error){
			"Product": func(r map[string]any) (Object, error) {
				return Object{"sku": r["sku"], "region": r["region"], "fee": Resolver(func(map[string]any) (any, error) {
					volume, given := r["volume"].(float64)
					if !given {
						return nil, fmt.Errorf("fee of %v without its volume", r["sku"])
					}
					return 100 + int(volume), nil
				})}, nil
			},
			"Bin": func(r map[string]any) (Object, error) {
				room, _ := r["room"].(map[string]any)
				return Object{"room": Object{"code": room["code"]}, "number": r["number"], "label": fmt.Sprint(room["code"], "/", r["number"])}, nil
			},
		},
	}
}

// WarehouseAnswer is the right answer to WarehouseQuery, as the "data" of a
// response.
func WarehouseAnswer(rows int) any {
	shelves, items := []any{}, []any{}
	for row := range rows {
		if row%5 == 0 {
			shelves = append(shelves, []any{})
		}
		n := row / 2
		room := "room-" + strconv.Itoa(n%3)
		last := len(shelves) - 1
		shelves[last] = append(shelves[last].([]any), map[string]any{
			"sku": "p" + strconv.Itoa(n), "region": "eu", "name": "Product " + strconv.Itoa(n),
			"volume": float64(2 * n), "fee": float64(100 + 2*n),
			"bin": map[string]any{"number": float64(n), "room": map[string]any{"code": room}, "label": fmt.Sprint(room, "/", n)},
		})
		if id := strconv.Itoa(row); row%2 == 0 {
			items = append(items, map[string]any{"id": "b" + id, "pages": float64(row)})
		} else {
			items = append(items, map[string]any{"id": "f" + id, "minutes": float64(10 * (len(id) + 1))})
		}
	}
	return map[string]any{"shelves": shelves, "items": items}
}
