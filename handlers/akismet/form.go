package akismet

import (
	"html"
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"winnow/models"
)

// maxFields bounds how many fields of a form are read. WordPress sends some hundred, with
// the server's environment among them.
const maxFields = 2000

// Form is what a client sends. A field that is sent twice has its first value.
type Form map[string]string

// Decode reads application/x-www-form-urlencoded. It is as lenient as the servers that
// these clients were written for: what is no valid escape stays as it is. Slashes that a
// client has added are removed, see unslash. Text in another encoding than UTF-8 is
// converted when blog_charset names it.
func Decode(data string) Form {
	raw := map[string]string{}
	for range maxFields {
		pair, rest, more := strings.Cut(data, "&")
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			if name = unescape(name); raw[name] == "" {
				raw[name] = unescape(value)
			}
		}
		if data = rest; !more {
			break
		}
	}
	unslash(raw)
	charset := raw["blog_charset"]
	form := make(Form, len(raw))
	for name, value := range raw {
		form[models.ValidText(name)] = toUTF8(value, charset)
	}
	return form
}

func unescape(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return plain
}

func toUTF8(s, charset string) string {
	if utf8.ValidString(s) {
		return models.ValidText(s)
	}
	if e, err := htmlindex.Get(charset); err == nil {
		if decoded, err := e.NewDecoder().String(s); err == nil {
			s = decoded
		}
	}
	return models.ValidText(s)
}

// Names of the fields that have the key, the first of them first. In the calls about the
// account it is key: WordPress sends the new one there, and the one before as api_key.
var (
	KeyOfCall    = []string{"api_key", "key"}
	KeyOfAccount = []string{"key", "api_key"}
)

// Key returns the key of a request: of the fields with these names, or the first label of
// the host name, which is the only place for many clients.
func (f Form) Key(host string, names []string) string {
	for _, name := range names {
		if f[name] != "" {
			return f[name]
		}
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	label, rest, _ := strings.Cut(host, ".")
	if rest == "" {
		return ""
	}
	return label
}

// Missing returns the name of a required field that is empty, "" when there is none.
func (f Form) Missing(names ...string) string {
	for _, name := range names {
		if f[name] == "" {
			return name
		}
	}
	return ""
}

// IsTest reports whether nothing is to be learned or counted.
func (f Form) IsTest() bool {
	v := strings.ToLower(f["is_test"])
	return v != "" && v != "0" && v != "false"
}

// IsRecheck reports whether the client has kept the comment, and may have checked it before.
func (f Form) IsRecheck() bool { return f["recheck_reason"] != "" }

// Blog returns the host name and path of the client's blog, by which its figures are kept.
func (f Form) Blog() string {
	blog := models.Clean(f["blog"])
	if u, err := url.Parse(blog); err == nil && u.Host != "" {
		blog = strings.ToLower(u.Host) + strings.TrimRight(u.Path, "/")
	}
	return truncated(blog, models.MaxID)
}

// GUID returns the id of an earlier check that a submit names.
func (f Form) GUID() string { return truncated(models.Clean(f["guid"]), models.MaxID) }

// Comment returns the comment of a form, for a site.
func (f Form) Comment(site string) models.Comment {
	c := models.Comment{Site: site, Body: truncated(models.CleanBody(f["comment_content"]), models.MaxBody)}
	c.Article.Site, c.Article.URL = site, webAddress(f["permalink"])
	c.Author = models.Author{
		Name:  truncated(models.Clean(f["comment_author"]), models.MaxName),
		Email: truncated(models.Clean(f["comment_author_email"]), models.MaxID),
		URL:   webAddress(f["comment_author_url"]),
	}
	return c
}

// rel is what WordPress adds to the links of a comment that it keeps.
var rel = regexp.MustCompile(` rel="[^"<>]*"`)

// Content returns the text by which the calls about a comment find each other. It is the same
// for a comment of a form and for one that WordPress has kept, with rel in its links and with
// its ampersands escaped.
func (f Form) Content() string {
	return html.UnescapeString(rel.ReplaceAllString(f.Comment("").Body, ""))
}

// webAddress returns an address that a comment may have, with its scheme.
func webAddress(s string) string {
	s = models.Clean(s)
	if s != "" && !strings.Contains(s, "://") {
		s = "http://" + s
	}
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || utf8.RuneCountInString(s) > models.MaxURL {
		return ""
	}
	return s
}

func truncated(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
