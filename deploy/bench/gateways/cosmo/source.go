package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jensneuse/abstractlogger"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/engine/datasource/graphql_datasource"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/engine/plan"
)

// metadata says what each subgraph resolves, which Cosmo's composition would say.
func metadata() map[string]*plan.DataSourceMetadata {
	key := func(typename, fields string) plan.FederationFieldConfiguration {
		return plan.FederationFieldConfiguration{TypeName: typename, SelectionSet: fields}
	}
	field := func(typename, name, fields string) plan.FederationFieldConfiguration {
		return plan.FederationFieldConfiguration{TypeName: typename, FieldName: name, SelectionSet: fields}
	}
	return map[string]*plan.DataSourceMetadata{
		"accounts": {
			RootNodes: []plan.TypeField{
				{TypeName: "Query", FieldNames: []string{"me", "user", "users"}},
				{TypeName: "User", FieldNames: []string{"id", "name", "username"}},
			},
			FederationMetaData: plan.FederationMetaData{Keys: plan.FederationFieldConfigurations{key("User", "id")}},
		},
		"inventory": {
			RootNodes: []plan.TypeField{
				{TypeName: "Product", FieldNames: []string{"upc", "inStock", "shippingEstimate"}, ExternalFieldNames: []string{"weight", "price"}},
			},
			FederationMetaData: plan.FederationMetaData{
				Keys:     plan.FederationFieldConfigurations{key("Product", "upc")},
				Requires: plan.FederationFieldConfigurations{field("Product", "shippingEstimate", "price weight")},
			},
		},
		"products": {
			RootNodes: []plan.TypeField{
				{TypeName: "Query", FieldNames: []string{"topProducts"}},
				{TypeName: "Product", FieldNames: []string{"upc", "name", "price", "weight"}},
			},
			FederationMetaData: plan.FederationMetaData{Keys: plan.FederationFieldConfigurations{key("Product", "upc")}},
		},
		"reviews": {
			RootNodes: []plan.TypeField{
				{TypeName: "Review", FieldNames: []string{"id", "body", "author", "product"}},
				{TypeName: "User", FieldNames: []string{"id", "reviews"}, ExternalFieldNames: []string{"username"}},
				{TypeName: "Product", FieldNames: []string{"upc", "reviews"}},
			},
			FederationMetaData: plan.FederationMetaData{
				Keys:     plan.FederationFieldConfigurations{key("Review", "id"), key("User", "id"), key("Product", "upc")},
				Provides: plan.FederationFieldConfigurations{field("Review", "author", "username")},
			},
		},
	}
}

// fields are the arguments of fields.
func fields() plan.FieldConfigurations {
	argument := func(field, name string) plan.FieldConfiguration {
		return plan.FieldConfiguration{
			TypeName: "Query", FieldName: field,
			Arguments: plan.ArgumentsConfigurations{{Name: name, SourceType: plan.FieldArgumentSource}},
		}
	}
	return plan.FieldConfigurations{argument("user", "id"), argument("topProducts", "first")}
}

func dataSources(ctx context.Context, subgraphs, schemas string) ([]plan.DataSource, error) {
	// The transport's settings are those of Cosmo's router.
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, MaxConnsPerHost: 1024, IdleConnTimeout: 90 * time.Second, DisableCompression: true,
	}}
	factory, err := graphql_datasource.NewFactory(ctx, client, graphql_datasource.NewGraphQLSubscriptionClient(client, client, ctx, graphql_datasource.WithLogger(abstractlogger.NoopLogger)))
	if err != nil {
		return nil, err
	}
	var sources []plan.DataSource
	known := metadata()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		sdl, err := os.ReadFile(filepath.Join(schemas, name+".graphqls"))
		if err != nil {
			return nil, err
		}
		schema, err := graphql_datasource.NewSchemaConfiguration(string(sdl), &graphql_datasource.FederationConfiguration{Enabled: true, ServiceSDL: string(sdl)})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		configuration, err := graphql_datasource.NewConfiguration(graphql_datasource.ConfigurationInput{
			Fetch:               &graphql_datasource.FetchConfiguration{URL: subgraphs + "/" + name, Method: http.MethodPost},
			SchemaConfiguration: schema,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		source, err := plan.NewDataSourceConfigurationWithName(name, name, factory, known[name], configuration)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sources = append(sources, source)
	}
	return sources, nil
}
