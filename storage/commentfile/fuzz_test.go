package commentfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fuzz runs the reader of a format on any content, from that of its files on.
func fuzz(f *testing.F, name string) {
	files, err := filepath.Glob("testdata/" + name + "*.*")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, ".golden") {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) { readText(t, name, string(content)) })
}

func FuzzWordPress(f *testing.F)  { fuzz(f, "wordpress") }
func FuzzDisqus(f *testing.F)     { fuzz(f, "disqus") }
func FuzzRemark42(f *testing.F)   { fuzz(f, "remark42") }
func FuzzCoral(f *testing.F)      { fuzz(f, "coral") }
func FuzzIsso(f *testing.F)       { fuzz(f, "isso") }
func FuzzComentario(f *testing.F) { fuzz(f, "comentario") }
func FuzzArtalk(f *testing.F)     { fuzz(f, "artalk") }
func FuzzWaline(f *testing.F)     { fuzz(f, "waline") }
func FuzzComments(f *testing.F)   { fuzz(f, "comments") }
func FuzzCSV(f *testing.F)        { fuzz(f, "csv") }
