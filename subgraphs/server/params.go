package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// decode reads one JSON object and nothing behind it. Numbers stay text, so that
// large integers keep their digits. Nothing of params refers to body afterwards.
func decode(body []byte, params *graphql.RawParams) error {
	if read, ok := plainParams(body); ok {
		params.Query, params.OperationName = read.Query, read.OperationName
		params.Variables, params.Extensions = read.Variables, read.Extensions
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(params); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("there is more than one value")
	}
	return nil
}

// plainParams reads a request as routers write it: with members that are known,
// each at most once. For any other ok is false.
func plainParams(body []byte) (params graphql.RawParams, ok bool) {
	v := values{text: body}
	v.want('{')
	var seen [4]bool
	once := func(member int) {
		v.failed = v.failed || seen[member]
		seen[member] = true
	}
	for more := !v.is('}'); more && !v.failed; more = v.more('}') {
		name := v.name()
		v.want(':')
		switch name {
		case "query":
			once(0)
			params.Query = v.string()
		case "operationName":
			once(1)
			params.OperationName = v.string()
		case "variables":
			once(2)
			params.Variables = v.object(1)
		case "extensions":
			once(3)
			params.Extensions = v.object(1)
		default:
			v.failed = true
		}
	}
	return params, !v.failed && v.space() == 0 && v.at == len(body)
}
