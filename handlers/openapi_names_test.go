package handlers

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"
)

// loadDescription parses openapi.yaml for kin-openapi, and as a plain tree.
func loadDescription(t *testing.T) (*openapi3.T, map[string]any) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapiYAML)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(openapiYAML, &tree); err != nil {
		t.Fatal(err)
	}
	return doc, tree
}

// TestEnumsHaveAType: without a type, generators of clients make "any" of an enum
// or refuse it.
func TestEnumsHaveAType(t *testing.T) {
	_, tree := loadDescription(t)
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, keyword := range []string{"enum", "const"} {
				if _, ok := v[keyword]; ok && v["type"] == nil {
					t.Errorf("%s has %s without a type", path, keyword)
				}
			}
			for name, part := range v {
				walk(path+"/"+name, part)
			}
		case []any:
			for _, part := range v {
				walk(path, part)
			}
		}
	}
	walk("", tree)
}

// TestComponentsShareNoName: generators of clients make one type of each
// component, whatever its section, and most ignore upper and lower case.
func TestComponentsShareNoName(t *testing.T) {
	_, tree := loadDescription(t)
	sections := tree["components"].(map[string]any)
	owner := map[string]string{}
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		if section == "headers" || section == "examples" {
			continue // nothing is generated from their names
		}
		for name := range sections[section].(map[string]any) {
			key := strings.ToLower(name)
			if other := owner[key]; other != "" {
				t.Errorf("%s is both in %s and in %s", name, other, section)
			}
			owner[key] = section
		}
	}
}

func TestOperationsHaveIDAndSummary(t *testing.T) {
	doc, _ := loadDescription(t)
	owner := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			call := method + " " + path
			key := strings.ToLower(op.OperationID)
			switch {
			case key == "":
				t.Errorf("%s has no operationId", call)
			case owner[key] != "":
				t.Errorf("%s and %s are both called %s", call, owner[key], op.OperationID)
			}
			owner[key] = call
			if op.Summary == "" {
				t.Errorf("%s has no summary", call)
			}
		}
	}
}

// mainOperations are those that a newcomer calls first.
var mainOperations = []string{
	"createComment", "listComments", "countComments", "flagComment", "login",
	"queue", "claim", "decide", "decideMany", "previewBatch", "exportLabels", "updateSite",
}

func TestMainOperationsHaveExamples(t *testing.T) {
	doc, _ := loadDescription(t)
	missing := slices.Clone(mainOperations)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			i := slices.Index(missing, op.OperationID)
			if i < 0 {
				continue
			}
			missing = slices.Delete(missing, i, i+1)
			t.Run(op.OperationID, func(t *testing.T) { checkExamples(t, doc, op) })
		}
	}
	if len(missing) > 0 {
		t.Errorf("no such operations: %v", missing)
	}
}

// checkExamples wants an example of the request, of each required query
// parameter and of the successful reply, and holds each against its schema.
func checkExamples(t *testing.T, doc *openapi3.T, op *openapi3.Operation) {
	if op.RequestBody != nil {
		checkContent(t, doc, "request", op.RequestBody.Value.Content, openapi3.VisitAsRequest())
	}
	for _, p := range op.Parameters {
		if !p.Value.Required || p.Value.In != "query" {
			continue
		}
		if err := doc.ValidateSchemaJSON(p.Value.Schema.Value, p.Value.Example); err != nil {
			t.Errorf("parameter %s: %v", p.Value.Name, err)
		}
	}
	for status, reply := range op.Responses.Map() {
		if strings.HasPrefix(status, "2") {
			checkContent(t, doc, status, reply.Value.Content, openapi3.VisitAsResponse())
		}
	}
}

func checkContent(t *testing.T, doc *openapi3.T, what string, content openapi3.Content, side openapi3.SchemaValidationOption) {
	for kind, media := range content {
		if len(media.Examples) == 0 {
			t.Errorf("%s as %s has no example", what, kind)
		}
		for name, example := range media.Examples {
			err := doc.ValidateSchemaJSON(media.Schema.Value, example.Value.Value,
				side, openapi3.EnableFormatValidation(), openapi3.MultiErrors())
			if err != nil {
				t.Errorf("%s, example %s: %v", what, name, err)
			}
			for _, field := range unknownFields(media.Schema.Value, example.Value.Value, "") {
				t.Errorf("%s, example %s: the schema has no %s", what, name, field)
			}
		}
	}
}

// unknownFields lists the fields of an example that its schema does not name,
// which validation lets pass.
func unknownFields(schema *openapi3.Schema, value any, path string) (unknown []string) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			unknown = append(unknown, unknownFields(schema.Items.Value, v, path+"[]")...)
		}
	case map[string]any:
		known := properties(schema)
		for name, v := range value {
			at := strings.TrimPrefix(path+"."+name, ".")
			if p := known[name]; p != nil {
				unknown = append(unknown, unknownFields(p.Value, v, at)...)
			} else if schema.AdditionalProperties.Schema == nil {
				unknown = append(unknown, at)
			}
		}
	}
	return unknown
}

func properties(schema *openapi3.Schema) openapi3.Schemas {
	all := maps.Clone(schema.Properties)
	for _, part := range schema.AllOf {
		if all == nil {
			all = openapi3.Schemas{}
		}
		maps.Copy(all, properties(part.Value))
	}
	return all
}
