package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weftql/weft/deploy/bench/gateways/internal/floor"
	"github.com/weftql/weft/deploy/bench/gateways/internal/shop"
)

// serveSubgraphs serves all subgraphs at one address until ctx ends.
func serveSubgraphs(ctx context.Context, address string) error {
	handler, err := shop.NewHandler()
	if err != nil {
		return err
	}
	server := &fasthttp.Server{
		Handler: handler.Serve, NoDefaultServerHeader: true, NoDefaultDate: true,
		ReadTimeout: time.Minute, MaxRequestBodySize: 16 << 20,
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = server.Shutdown() })
	return server.Serve(listener)
}

// serveFloor serves the floor with the requests of a plan until ctx ends.
func serveFloor(ctx context.Context, address, base, planned string) error {
	_, graph, err := shop.Supergraph(ctx, base)
	if err != nil {
		return err
	}
	monolith := shop.NewMonolith(graph.API)
	replies := map[string]floor.Reply{}
	for _, operation := range operations() {
		plan, err := floor.PlanOf(planned, operation.Name)
		if err != nil {
			return err
		}
		if plan != nil {
			body := operation.Body()
			replies[string(body)] = floor.Reply{Plan: plan, Answer: monolith.Execute(body)}
		}
	}
	server := &http.Server{Handler: floor.New(base, replies), ReadHeaderTimeout: time.Minute}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return server.Serve(listener)
}

func operations() []shop.Operation {
	return []shop.Operation{shop.Public(), shop.Small(), shop.Mid(), shop.Large()}
}
