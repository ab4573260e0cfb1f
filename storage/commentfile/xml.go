package commentfile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// Bounds on XML, beside maxRecord.
const (
	maxDepth = 32 // of elements
	maxNodes = 5_000
)

// xmlFile reads the elements of an XML file one after the other.
type xmlFile struct {
	*file
	d     *xml.Decoder
	depth int
}

func newXMLFile(f *file) *xmlFile {
	f.in.most, f.in.left = maxToken, maxToken
	x := &xmlFile{file: f, d: xml.NewDecoder(f.in)}
	x.d.Entity = xml.HTMLEntity
	x.d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(name)
		if err != nil {
			return nil, invalid("the encoding %q is not known; save the file as UTF-8", name)
		}
		return enc.NewDecoder().Reader(in), nil
	}
	return x
}

// place is where the file has been read to.
func (x *xmlFile) place() string {
	line, _ := x.d.InputPos()
	return fmt.Sprintf(":%d", line)
}

// next returns the next token. io.EOF is the end of a whole document.
func (x *xmlFile) next() (xml.Token, error) {
	token, err := x.d.Token()
	if err != nil {
		return nil, x.explain(err)
	}
	switch t := token.(type) {
	case xml.Directive:
		if strings.Contains(strings.ToUpper(string(t)), "ENTITY") || strings.ContainsRune(string(t), '[') {
			return nil, invalid("%s: the file declares entities of its own, which are not read", x.at())
		}
	case xml.StartElement:
		if x.depth++; x.depth > maxDepth {
			return nil, invalid("%s: elements are nested more than %d deep", x.at(), maxDepth)
		}
	case xml.EndElement:
		x.depth--
	}
	return token, nil
}

func (x *xmlFile) at() string {
	line, _ := x.d.InputPos()
	return fmt.Sprintf("line %d", line)
}

func (x *xmlFile) explain(err error) error {
	var syntax *xml.SyntaxError
	var fault *readFault
	switch {
	case err == io.EOF: //nolint:errorlint // the decoder returns io.EOF itself
		return err
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "EOF"):
		return invalid("line %d: the file is cut: it ends within an element", syntax.Line)
	case errors.As(err, &syntax):
		return invalid("line %d: %s", syntax.Line, syntax.Msg)
	case errors.As(err, &fault):
		return fmt.Errorf("%s: %w", x.at(), err)
	}
	return invalid("%s: %s", x.at(), strings.TrimPrefix(err.Error(), "xml: "))
}

// node is an element with its text.
type node struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string
	children []node
}

// read returns an element whose start has been read, with all below it. An element that
// is too large is an error, after which the file goes on behind it.
func (x *xmlFile) read(start xml.StartElement) (node, error) {
	from, nodes, size := x.depth, 0, 0
	var tooLarge error
	var below func(start xml.StartElement) (node, error)
	below = func(start xml.StartElement) (node, error) {
		n := node{name: start.Name}
		if tooLarge == nil {
			n.attrs = start.Copy().Attr
		}
		var text strings.Builder
		for {
			if size > maxRecord || nodes > maxNodes {
				tooLarge = errTooLong
			}
			x.in.next()
			token, err := x.next()
			if err != nil {
				return n, err
			}
			switch t := token.(type) {
			case xml.CharData:
				if size += len(t); tooLarge == nil {
					text.Write(t)
				}
			case xml.StartElement:
				nodes++
				child, err := below(t)
				if err != nil {
					return n, err
				}
				if tooLarge == nil {
					n.children = append(n.children, child)
				}
			case xml.EndElement:
				n.text = text.String()
				return n, nil
			}
		}
	}
	n, err := below(start)
	if err == nil && x.depth != from-1 {
		err = invalid("%s: elements do not match", x.at())
	}
	if err == nil && tooLarge != nil {
		return node{}, &tooLargeError{tooLarge}
	}
	return n, err
}

// tooLargeError is about one element.
type tooLargeError struct{ cause error }

func (e *tooLargeError) Error() string { return e.cause.Error() }

// skip reads past an element whose start has been read.
func (x *xmlFile) skip() error {
	for to := x.depth - 1; x.depth > to; {
		x.in.next()
		if _, err := x.next(); err != nil {
			return noEOF(err)
		}
	}
	return nil
}

// child returns the text of the first element with a name below n.
func (n node) child(local string) string {
	for _, c := range n.children {
		if c.name.Local == local {
			return strings.TrimSpace(c.text)
		}
	}
	return ""
}

// find returns the first element with a name below n.
func (n node) find(local string) node {
	for _, c := range n.children {
		if c.name.Local == local {
			return c
		}
	}
	return node{}
}

// attr returns an attribute by the name without its prefix.
func (n node) attr(local string) string {
	for _, a := range n.attrs {
		if a.Name.Local == local {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// noEOF is for places where a file must not end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return invalid("the file is cut")
	}
	return err
}
