package main

import (
	"fmt"
	"strings"

	"winnow/models"
)

// addAuthor gives a row without an author a made-up one, drawn by the hash of its
// text. Most of the sets have no authors, and of the spam of one set all have a home
// page: without this, any name or home page would be evidence of spam, instead of
// what it looks like.
func addAuthor(l models.Label) models.Label {
	if l.Author != "" {
		return l
	}
	h := hash("author " + l.Text)
	draw := func(from []string) string {
		s := from[h%uint64(len(from))]
		h /= uint64(len(from))
		return s
	}
	first, last := draw(firstNames), draw(lastNames)
	switch h % 8 {
	case 0:
		return l // anonymous
	case 1, 2:
		l.Author = first
	case 3:
		l.Author = fmt.Sprintf("%s%d", strings.ToLower(first), 1+h/8%99)
	case 4:
		l.Author = draw(nicknames)
	default:
		l.Author = first + " " + last
	}
	if h /= 8; h%6 == 0 {
		l.AuthorURL = homePage(first, last, h/6)
	}
	return l
}

// homePage returns the address of a made-up home page of a person.
func homePage(first, last string, h uint64) string {
	first, last = hostLabel(first), hostLabel(last)
	host := []string{
		first + last + ".example", first + "-" + last + ".example", last + ".example", first + last + ".blogspot.com",
		first + ".wordpress.com", "twitter.com/" + first + last, "github.com/" + last, "www." + last + "family.example",
	}[h%8]
	return "https://" + strings.NewReplacer(".example", []string{".com", ".net", ".org", ".de", ".me", ".eu"}[h/8%6]).Replace(host)
}

// hostLabel returns the ASCII letters of a name in lower case.
func hostLabel(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

var firstNames = strings.Fields(`Anna Peter Maria Thomas Julia Michael Laura David Sarah Martin Claire Paul Sofia
	Jan Emma Robert Nina Carlos Lucia Marco Elena Ahmed Fatima Yusuf Aylin Mehmet Olga Sergey Natalia Ivan Katarzyna
	Piotr Sven Ingrid Lars Mei Hiro Priya Arjun Grace Samuel Ruth George Helen Frank Monika Stefan Chantal Luc Joana
	Tiago Aisha Omar Leila Willem Daan Bea Gerd Uwe Heike`)

var lastNames = strings.Fields(`Miller Smith Novak Becker Rossi Garcia Martin Dubois Kowalski Ivanov Petrov Yilmaz Kaya
	Haddad Hansen Larsen Jansen Vries Silva Santos Brown Taylor Wilson Clark Walker Hughes Murphy Kelly Weber Wagner
	Schulz Hoffmann Keller Moreau Laurent Bianchi Romano Lopez Perez Sato Tanaka Singh Patel Khan Lee Chen Wright Hill`)

var nicknames = []string{
	"old reader", "hillwalker", "Night Nurse", "commuter", "Tired Parent", "teacher from Leeds", "bookworm", "cyclist",
	"The Gardener", "river watcher", "northerner", "Just Asking", "Maker of Bread", "radio fan", "bassplayer", "goalkeeper",
	"history buff", "taxpayer", "retired engineer", "allotment holder", "dog owner", "Stadtkind", "Rentner", "Pendlerin",
}
