// Package clienttest generates clients from openapi.yaml with the generators that
// front-end developers use, and runs a moderation session with each against a
// real server. Nothing that is generated stays in the tree.
//
// The versions are pinned in testdata/go/go.mod and in package.json. After a change
// of go.mod, run the tests with -update: only beside the generated code does
// "go mod tidy" know what that imports.
package clienttest

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "tidy testdata/go/go.mod and go.sum")

// TestGoClients works in a copy of testdata/go, which is a module of its own so
// that the main one does not get the dependencies of the generators.
func TestGoClients(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTree(t, "testdata/go", dir)
	if out, err := command(t, dir, "go", "mod", "download").CombinedOutput(); err != nil {
		missing(t, "the Go modules of the generators cannot be downloaded: %v\n%s", err, out)
	}
	for _, client := range []string{"oapicodegen", "ogen"} {
		if err := os.Mkdir(filepath.Join(dir, client, "api"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	run(t, command(t, dir, "go", "tool", "oapi-codegen", "-config", "oapicodegen/config.yaml", "-o", "oapicodegen/api/api.go", description(t)))
	run(t, command(t, dir, "go", "tool", "ogen", "--config", "ogen/config.yaml", "--target", "ogen/api", "--package", "api", description(t)))
	if *update {
		run(t, command(t, dir, "go", "mod", "tidy"))
		copyFile(t, filepath.Join(dir, "go.mod"), "testdata/go/go.mod")
		copyFile(t, filepath.Join(dir, "go.sum"), "testdata/go/go.sum")
	}
	run(t, command(t, dir, "go", "build", "-o", "bin/", "./oapicodegen", "./ogen"))
	t.Run("oapi-codegen", func(t *testing.T) { moderate(t, "oapi-codegen", dir, filepath.Join(dir, "bin/oapicodegen")) })
	t.Run("ogen", func(t *testing.T) { moderate(t, "ogen", dir, filepath.Join(dir, "bin/ogen")) })
}

func TestTypeScriptClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTree(t, "testdata/typescript", dir)
	if err := os.Symlink(nodeModules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	run(t, command(t, dir, "node", "node_modules/openapi-typescript/bin/cli.js", description(t), "-o", "api.d.ts"))
	run(t, command(t, dir, "node", "node_modules/typescript/bin/tsc", "-p", "."))
	moderate(t, "openapi-typescript", dir, "node", "main.js")
}

// moderate runs a session against a new server. The session fails by itself when
// a reply is not what it expects; then the server must show what it has approved
// on its article.
func moderate(t *testing.T, article, dir, program string, args ...string) {
	s := startServer(t)
	session := command(t, dir, program, args...)
	session.Env = append(session.Env, "WINNOW_URL="+s.url, "WINNOW_KEY="+s.key, "WINNOW_PASSWORD="+password)
	run(t, session)
	if got := s.approved(article); len(got) != 1 || got[0] != "The ferry runs again." {
		t.Errorf("approved after the session: %q", got)
	}
}

// nodeModules returns the folder that make needs fills.
func nodeModules(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "Node.js is not installed, see make needs: %v", err)
	}
	if _, err := os.Stat("node_modules/openapi-typescript"); err != nil {
		missing(t, "openapi-typescript is not installed, see make needs: %v", err)
	}
	return absolute(t, "node_modules")
}

func description(t *testing.T) string { return absolute(t, "../openapi.yaml") }

// missing skips a test that needs what is not installed.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("WINNOW_TEST_REQUIRE") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
