package importer

import (
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"winnow/models"
	"winnow/storage/commentfile"
)

// zeroMicros is the time of a comment without one.
var zeroMicros = time.Time{}.UnixMicro()

// nobody is the name of who gave none.
const nobody = "Anonymous"

// check makes the text of a comment what a comment of this program may have, and returns
// what cannot be stored. What is no part of the text is cut or dropped.
func check(c *commentfile.Comment) error {
	c.Body, c.Lang = models.CleanBody(c.Body), models.Clean(c.Lang)
	cleanAuthor(&c.Author)
	c.Key, c.Parent, c.Article = models.ValidText(c.Key), models.ValidText(c.Parent), models.ValidText(c.Article)
	if c.Arrived != models.Approved && c.Arrived != models.Pending && c.Arrived != models.Rejected {
		c.Arrived = ""
	}
	switch {
	case c.Key == "":
		return models.Errorf(models.KindInvalid, "it has no id")
	case c.Article == "":
		return models.Errorf(models.KindInvalid, "it names no article")
	case c.Parent == c.Key:
		c.Parent = ""
	case c.Status != models.Approved && c.Status != models.Pending && c.Status != models.Rejected:
		return models.Errorf(models.KindInvalid, "it has no state")
	}
	if c.Body == "" && c.Status == models.Rejected { // its text was removed
		c.Removal = ""
		return nil
	}
	if err := models.CheckBody(c.Body); err != nil {
		return err
	}
	if y := c.CreatedAt.Year(); !c.CreatedAt.IsZero() && (y < 1990 || y > 2200) {
		return models.Errorf(models.KindInvalid, "it was written in the year %d", y)
	}
	return nil
}

// cleanAuthor drops what is no address, and cuts what is too long.
func cleanAuthor(a *commentfile.Author) {
	a.Key, a.Email, a.URL = models.ValidText(a.Key), models.Clean(a.Email), models.Clean(a.URL)
	a.Name = shorten(strings.Join(strings.Fields(models.Clean(a.Name)), " "), models.MaxName)
	if models.Blank(a.Name) {
		a.Name = ""
	}
	if parsed, err := mail.ParseAddress(a.Email); err != nil || parsed.Address != a.Email || len(a.Email) > 254 ||
		norm.NFKC.String(a.Email) != a.Email || strings.IndexFunc(a.Email, models.Invisible) >= 0 {
		a.Email = ""
	}
	a.URL = webAddress(a.URL)
}

// webAddress returns an address of the web, or "".
func webAddress(s string) string {
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || utf8.RuneCountInString(s) > models.MaxURL {
		return ""
	}
	return s
}

// shorten cuts a text to at most n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}
