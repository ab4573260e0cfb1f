package console

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"winnow/handlers/selfcheck"
)

// sources returns the assets whose names have one of the extensions, by path.
func sources(t *testing.T, extensions ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(embedded, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains(extensions, path.Ext(name)) {
			return err
		}
		data, err := embedded.ReadFile(name)
		files[strings.TrimPrefix(name, "assets/")] = string(data)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

func TestLinesAreShort(t *testing.T) {
	const most = 120 // characters
	for name, text := range sources(t, ".js", ".css", ".html", ".json", ".svg") {
		for i, line := range strings.Split(text, "\n") {
			if n := len([]rune(line)); n > most {
				t.Errorf("%s:%d has %d characters, %d at most", name, i+1, n, most)
			}
		}
	}
}

var imports = regexp.MustCompile(`(?m)^import (?:[^"]* from )?"([^"]+)";$`)

func TestModulesImportEachOtherInNoCircle(t *testing.T) {
	modules := sources(t, ".js")
	var chain []string
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if i := slices.Index(chain, name); i >= 0 {
			t.Errorf("import circle: %s", strings.Join(append(chain[i:], name), " → "))
			return
		}
		text, found := modules[name]
		if done[name] || path.Ext(name) != ".js" {
			return
		}
		if !found {
			t.Errorf("%s imports %s, which is not there", chain[len(chain)-1], name)
			return
		}
		chain = append(chain, name)
		for _, match := range imports.FindAllStringSubmatch(text, -1) {
			visit(path.Join(path.Dir(name), match[1]))
		}
		chain = chain[:len(chain)-1]
		done[name] = true
	}
	visit("app.js")
	for name := range modules {
		if !done[name] {
			t.Errorf("no module imports %s", name)
		}
	}
}

// pluralForms are the categories of Intl.PluralRules that a language has for
// whole numbers.
var pluralForms = map[string][]string{"en": {"one", "other"}, "de": {"one", "other"}}

var placeholder = regexp.MustCompile(`{\w+}`)

// texts returns a language's texts by key, plural forms as one text each.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := embedded.ReadFile("assets/locales/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatalf("%s: %v", language, err)
	}
	found := map[string]string{}
	var flatten func(prefix string, tree map[string]any)
	flatten = func(prefix string, tree map[string]any) {
		for key, value := range tree {
			switch value := value.(type) {
			case string:
				found[prefix+key] = value
			case map[string]any:
				flatten(prefix+key+".", value)
			default:
				t.Errorf("%s: %s%s is neither a text nor a group", language, prefix, key)
			}
		}
	}
	flatten("", tree)
	return found
}

func TestLanguagesHaveTheSameTexts(t *testing.T) {
	english := texts(t, "en")
	for language, forms := range pluralForms {
		other := texts(t, language)
		for key := range english {
			if _, found := other[key]; !found {
				t.Errorf("%s has no text for %s", language, key)
			}
			want, got := placeholder.FindAllString(english[key], -1), placeholder.FindAllString(other[key], -1)
			if slices.Sort(want); !slices.Equal(want, slices.Sorted(slices.Values(got))) {
				t.Errorf("%s: %s has the values %v, not %v", language, key, got, want)
			}
			if prefix, isPlural := strings.CutSuffix(key, ".one"); isPlural {
				for _, form := range forms {
					if other[prefix+"."+form] == "" {
						t.Errorf("%s: %s has no form %q", language, prefix, form)
					}
				}
			}
		}
		for key, text := range other {
			if _, found := english[key]; !found {
				t.Errorf("English has no text for %s", key)
			}
			if text == "" {
				t.Errorf("%s: %s is empty", language, key)
			}
		}
	}
}

func TestTextsThatAreUsedExist(t *testing.T) {
	english := texts(t, "en")
	used := regexp.MustCompile(`(?:translate\(|data-text=|data-label=)"([\w.]*\w)"[,)> ]`)
	files := sources(t, ".js", ".html")
	count := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, match := range used.FindAllStringSubmatch(files[name], -1) {
			count++
			if key := match[1]; english[key] == "" && english[key+".other"] == "" {
				t.Errorf("%s uses the text %s, which is not there", name, key)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d texts were found: the expression is wrong", count)
	}
}

// TestFindingsHaveTexts compares what findings say in English with the server, so that a
// changed finding changes in each language.
func TestFindingsHaveTexts(t *testing.T) {
	english, want := texts(t, "en"), map[string]string{}
	for name, text := range selfcheck.Texts() {
		for part, sentence := range map[string]string{"problem": text.Problem, "effect": text.Effect, "remedy": text.Remedy} {
			if sentence != "" {
				want["findings."+name+"."+part] = sentence
			}
		}
	}
	for key := range english {
		if strings.HasPrefix(key, "findings.") && want[key] == "" {
			t.Errorf("no finding says %s", key)
		}
	}
	for key, sentence := range want {
		if english[key] != sentence {
			t.Errorf("%s is %q, the server says %q", key, english[key], sentence)
		}
	}
}
