package handlers_test

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is the description of the interface that a node serves, with its
// schemas compiled: openapi3filter would compile the schema of each reply again,
// which takes longer than the request.
type description struct {
	router routers.Router

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by JSON pointer
}

var descriptions sync.Map // *description by text

// describe returns what the node describes in openapi.yaml.
func describe(t *testing.T, base string) *description {
	t.Helper()
	res, err := http.Get(base + "/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := descriptions.Load(string(data)); ok {
		return d.(*description)
	}
	d, err := parseDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	descriptions.Store(string(data), d)
	return d
}

const descriptionURL = "file:///openapi.json"

func parseDescription(data []byte) (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	if data, err = doc.MarshalJSON(); err != nil {
		return nil, err
	}
	values, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource(descriptionURL, values); err != nil {
		return nil, err
	}
	return &description{router: router, compiler: compiler, schemas: map[string]*jsonschema.Schema{}}, nil
}

// check returns how a JSON reply differs from its description.
func (d *description) check(req *http.Request, res *http.Response, body []byte) error {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/problem+json" {
		return nil
	}
	relative := req.Clone(req.Context())
	relative.URL.Scheme, relative.URL.Host, relative.Host = "", "", ""
	route, params, err := d.router.FindRoute(relative)
	if err != nil {
		return nil // unknown addresses are not described
	}
	err = openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: relative, Route: route, PathParams: params},
		Status:                 res.StatusCode, Header: res.Header, Options: &openapi3filter.Options{ExcludeResponseBody: true},
	})
	if err != nil || req.Method == http.MethodHead {
		return err
	}
	schema, err := d.schema(route, res.StatusCode, kind)
	if err != nil || schema == nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// schema returns the schema of a reply, nil for one that has none.
func (d *description) schema(route *routers.Route, status int, kind string) (*jsonschema.Schema, error) {
	key := strconv.Itoa(status)
	response := route.Operation.Responses.Value(key)
	if response == nil {
		key, response = "default", route.Operation.Responses.Default()
	}
	if response == nil || len(response.Value.Content) == 0 {
		return nil, nil
	}
	content := response.Value.Content[kind]
	if content == nil {
		return nil, fmt.Errorf("a reply with status %d is not %s", status, kind)
	}
	if content.Schema == nil {
		return nil, nil
	}
	place := response.Ref
	if place == "" {
		place = pointer("#", "paths", route.Path, strings.ToLower(route.Method), "responses", key)
	}
	place = pointer(place, "content", kind, "schema")
	d.mu.Lock()
	defer d.mu.Unlock()
	if schema := d.schemas[place]; schema != nil {
		return schema, nil
	}
	schema, err := d.compiler.Compile(descriptionURL + place)
	d.schemas[place] = schema
	return schema, err
}

// pointer appends names to a JSON pointer in a URL fragment (RFC 6901).
func pointer(place string, names ...string) string {
	for _, name := range names {
		place += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name)
	}
	return place
}
