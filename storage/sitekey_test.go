package storage_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"winnow/storage/storagetest"
)

// allSites are the functions whose statements are of all sites, and why.
var allSites = map[string]string{
	"purgeBans":    "bans that have ended go, whatever their site",
	"TrafficDays":  "the table of all sites",
	"ShadowSites":  "a shadow is compared on all sites",
	"insertShadow": "a shadow is compared on all sites",
	"foldNotes":    "a migration",
	"imposeFirst":  "a migration, before there was the site in each key",
}

// TestStatementsNameTheirSite: a distributed engine, and PostgreSQL with partitions, can run
// a statement in one place only when it says of each table which site it is about.
func TestStatementsNameTheirSite(t *testing.T) {
	used := map[string]bool{}
	for _, s := range statementsOf(t) {
		for _, missing := range tablesWithoutSite(s.text, s.around) {
			if used[s.function] = true; allSites[s.function] == "" {
				t.Errorf("%s: %s has no site in\n\t%s", s.function, missing, s.text)
			}
		}
	}
	for function := range allSites {
		if !used[function] {
			t.Errorf("%s needs no excuse", function)
		}
	}
}

func TestTablesWithoutSite(t *testing.T) {
	for text, want := range map[string]string{
		`SELECT body FROM comments WHERE id = $1`:                                                                     "comments",
		`SELECT body FROM comments WHERE site = $1 AND id = $2`:                                                       "",
		`SELECT c.site FROM comments c WHERE c.id = $1`:                                                               "comments c",
		`SELECT 1 FROM comments c JOIN decisions d ON d.comment_id = c.id WHERE c.site = $1`:                          "decisions d",
		`SELECT 1 FROM comments c JOIN decisions d ON d.site = c.site AND d.comment_id = c.id WHERE c.site IN ($1)`:   "",
		`INSERT INTO skips (moderator, comment_id) VALUES ($1, $2)`:                                                   "skips",
		`INSERT INTO skips (site, moderator) VALUES ($1, $2) ON CONFLICT (site, moderator) DO UPDATE SET until = 1`:   "",
		`DELETE FROM labels WHERE (site, id) IN (SELECT site, id FROM labels WHERE created_at < $1)`:                  "",
		`UPDATE bans SET reason = '' WHERE id = $1`:                                                                   "bans",
		`UPDATE articles SET hidden = (SELECT count(*) FROM hidden_replies h WHERE h.site = $2) WHERE articles.id=$1`: "articles",
	} {
		if got := strings.Join(tablesWithoutSite(text, ""), ", "); got != want {
			t.Errorf("%q in %s, want %q", got, text, want)
		}
	}
}

var references = regexp.MustCompile(`\b(FROM|JOIN|INTO|UPDATE) (` + strings.Join(storagetest.SiteTables, "|") + `)\b(?: (?:AS )?([a-z]+)\b)?`)

var keywords = strings.Fields("as on set where join cross order group limit values select using union")

// tablesWithoutSite returns the tables of storagetest.SiteTables in a statement without a condition on
// the site, or without that column when rows are added. around is what else may be part of
// the statement.
func tablesWithoutSite(text, around string) (missing []string) {
	flat := strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "{site}", "site")
	for _, at := range references.FindAllStringSubmatchIndex(flat, -1) {
		verb, table, alias := flat[at[2]:at[3]], flat[at[4]:at[5]], ""
		if at[6] >= 0 && !slices.Contains(keywords, strings.ToLower(flat[at[6]:at[7]])) {
			alias = flat[at[6]:at[7]]
		}
		name := strings.TrimSpace(table + " " + alias)
		if verb == "INTO" {
			columns, _, _ := strings.Cut(flat[at[1]:], ")")
			if strings.TrimSpace(columns) == "(" { // a list that is made before
				columns = around
			}
			if !regexp.MustCompile(`\bsite\b`).MatchString(columns) {
				missing = append(missing, name)
			}
			continue
		}
		column := `(?:\b` + table + `\.|[^.\w])site`
		if alias != "" {
			column = `(?:\b` + alias + `|\{\})\.site`
		}
		condition := regexp.MustCompile(column + `\s*(?:=|IN\b|IS NOT NULL)|=\s*` + column + `\b|\(` + column + `,[^()]*\)\s*(?:IN|=|<|>)|\(site, [a-z_, ]*\)\s*(?:IN|<|>)`)
		if !condition.MatchString(" "+flat) && !condition.MatchString(around) {
			missing = append(missing, name)
		}
	}
	return missing
}

// statement is the text of a statement, as far as it stands in the source, and what else
// stands in its function.
type statement struct{ function, text, around string }

// statementsOf returns the statements of the package, without those of tests.
func statementsOf(t *testing.T) (all []statement) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	p := texts{constants: map[string]ast.Expr{}, conditions: map[string]string{}}
	var decls []ast.Decl
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		decls = append(decls, file.Decls...)
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, name := range v.Names {
					p.constants[name.Name] = v.Values[i]
				}
			}
			return true
		})
	}
	for _, d := range decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			p.conditions[f.Name.Name] += p.around(d)
		}
	}
	for _, d := range decls {
		all = append(all, p.statements(d)...)
	}
	if len(all) < 150 {
		t.Fatalf("only %d statements were found", len(all))
	}
	return all
}

// statements returns those of a declaration.
func (p texts) statements(d ast.Decl) (all []statement) {
	function, around := "", p.around(d)
	if f, ok := d.(*ast.FuncDecl); ok {
		function = f.Name.Name
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			around += p.conditions[n.Sel.Name]
		case *ast.CallExpr:
			if name, ok := n.Fun.(*ast.Ident); ok {
				around += p.conditions[name.Name]
			}
		}
		return true
	})
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if text := p.insert(n); text != "" {
				all = append(all, statement{function, text, around})
			}
		case *ast.BinaryExpr, *ast.BasicLit:
			// A text outside of functions is the beginning of several statements.
			if text := p.text(n.(ast.Expr)); function != "" && isStatement.MatchString(text) {
				all = append(all, statement{function, text, around})
			}
			return false
		}
		return true
	})
	return all
}

var isStatement = regexp.MustCompile(`^\s*(WITH|SELECT|INSERT|UPDATE|DELETE|EXISTS|\(SELECT|NOT EXISTS)\b`)

// texts puts texts together.
type texts struct {
	constants  map[string]ast.Expr
	conditions map[string]string // of functions, see around
}

func (p texts) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, _ := strconv.Unquote(e.Value) // the parser has read it
			return s
		}
	case *ast.BinaryExpr:
		return p.text(e.X) + p.text(e.Y)
	case *ast.ParenExpr:
		return p.text(e.X)
	case *ast.Ident:
		if value, ok := p.constants[e.Name]; ok {
			return p.text(value)
		}
	case *ast.CallExpr:
		var all strings.Builder
		for _, arg := range e.Args { // such as the column of Unindexed
			all.WriteString(p.text(arg))
		}
		return all.String()
	}
	return " "
}

// insert is the statement of a call that adds a row or changes one, "" for other calls.
func (p texts) insert(call *ast.CallExpr) string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 2 {
		return ""
	}
	table := p.text(call.Args[0])
	switch method.Sel.Name {
	case "NewInsert", "InsertRow":
		var columns strings.Builder
		for _, arg := range call.Args[2:] {
			if name, ok := arg.(*ast.Ident); ok && p.constants[name.Name] != nil {
				arg = p.constants[name.Name] // columns that several inserts have
			}
			ast.Inspect(arg, func(n ast.Node) bool {
				if name, ok := n.(*ast.BasicLit); ok {
					columns.WriteString(p.text(name) + " ")
				}
				return true
			})
		}
		return "INSERT INTO " + table + " (" + columns.String() + ")"
	case "UpdateRow":
		return "UPDATE " + table + " SET x WHERE " + p.text(call.Args[1]) + " = $1"
	case "UpdateRows":
		return "UPDATE " + table + " SET x WHERE "
	}
	return ""
}

// around are the conditions that a declaration has beside its statements: texts, and names of
// columns that are handed to functions.
func (p texts) around(d ast.Decl) string {
	var all strings.Builder
	ast.Inspect(d, func(n ast.Node) bool {
		if n, ok := n.(*ast.BasicLit); ok {
			text := p.text(n)
			if regexp.MustCompile(`^(\w+\.)?site$`).MatchString(text) {
				text += " ="
			}
			if !references.MatchString(text) { // a statement of its own
				all.WriteString(" " + text + "\n")
			}
		}
		return true
	})
	return all.String()
}
