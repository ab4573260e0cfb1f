package models

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Kind says what sort of failure an Error is. Each kind has one HTTP status;
// the mapping lives in package handlers.
type Kind string

const (
	KindInternal     Kind = "internal"          // 500: a defect of the server; details are logged, never sent
	KindMalformed    Kind = "malformed"         // 400: the request cannot be read
	KindUnauthorized Kind = "unauthorized"      // 401: no valid credentials
	KindCodeRequired Kind = "code_required"     // 401: the password is right, and a one-time code is required too
	KindForbidden    Kind = "forbidden"         // 403: authenticated, but not allowed
	KindBanned       Kind = "banned"            // 403: the author may not comment
	KindClosed       Kind = "closed"            // 403: the article accepts no comments
	KindProofOfWork  Kind = "proof_of_work"     // 403: the reader's browser must calculate first
	KindNotFound     Kind = "not_found"         // 404
	KindConflict     Kind = "conflict"          // 409: stale, or claimed by another
	KindTooLarge     Kind = "too_large"         // 413
	KindMediaType    Kind = "unsupported_media" // 415
	KindInvalid      Kind = "invalid"           // 422: readable, but some fields are invalid
	KindLimited      Kind = "rate_limited"      // 429
	KindUnavailable  Kind = "unavailable"       // 503: try again later
)

// Error is a failure that may be shown to the client: Message and Fields are
// written for it. Cause is for the log only.
type Error struct {
	Kind    Kind
	Message string
	Fields  []FieldError // the invalid fields, for KindInvalid
	Cause   error        // never leaves the process
}

// FieldError names one field of a request by its JSON path, such as
// "author.name", and says what is wrong with it.
type FieldError struct {
	Field   string    `json:"field"`
	Code    FieldCode `json:"code"`
	Message string    `json:"message"`
	Limit   int       `json:"limit,omitempty"` // for FieldTooLong: the most characters
}

// FieldCode says what is wrong with a field, for programs.
type FieldCode string

const (
	FieldInvalid   FieldCode = "invalid"    // it breaks a rule that has no code of its own
	FieldRequired  FieldCode = "required"   // it is missing, or shows nothing
	FieldTooLong   FieldCode = "too_long"   // it has more characters than Limit
	FieldReserved  FieldCode = "reserved"   // a name that only authors may use for whom the site vouches
	FieldWrongType FieldCode = "wrong_type" // such as a number instead of a text
	FieldDuplicate FieldCode = "duplicate"  // it is there twice
	FieldUnknown   FieldCode = "unknown"    // the call has no such field
)

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for i, f := range e.Fields {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(f.Field + " " + f.Message)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, " (%v)", e.Cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf returns an error of a kind with a message for the client.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of err: KindInternal when it has none, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Invalid collects the invalid fields of a request, so that the client gets all
// of them at once. The zero value is ready to use.
type Invalid struct{ fields []FieldError }

// Add adds a field with what is wrong with it.
func (v *Invalid) Add(field, format string, args ...any) {
	v.AddCode(FieldInvalid, field, format, args...)
}

// AddCode is Add for a rule that has a code.
func (v *Invalid) AddCode(code FieldCode, field, format string, args ...any) {
	v.fields = append(v.fields, FieldError{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// AddTooLong adds a field that has more characters than it may have.
func (v *Invalid) AddTooLong(field string, most, has int) {
	v.fields = append(v.fields, FieldError{field, FieldTooLong, fmt.Sprintf("must have at most %d characters, has %d", most, has), most})
}

// Join adds the fields of err, if it is an Error.
func (v *Invalid) Join(err error) {
	if err == nil {
		return
	}
	var more *Error
	if errors.As(err, &more) {
		v.fields = append(v.fields, more.Fields...)
	}
}

// Err returns nil when nothing was added.
func (v *Invalid) Err() error {
	if len(v.fields) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Message: "some fields are invalid", Fields: v.fields}
}

// checkLength adds a fault when a text has fewer than least or more than most
// characters. With a least of 1 it must also show something.
func (e *Invalid) checkLength(field, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case least > 0 && s == "":
		e.AddCode(FieldRequired, field, "must not be empty")
	case least > 0 && Blank(s):
		e.AddCode(FieldRequired, field, "must have a character that can be seen")
	case n > most:
		e.AddTooLong(field, most, n)
	}
}

// checkURL adds a fault unless a text is empty or an http or https URL.
func (e *Invalid) checkURL(field, s string) {
	e.checkLength(field, s, 0, MaxURL)
	if s == "" {
		return
	}
	if u, err := url.Parse(s); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		e.Add(field, "must be an http or https address")
	}
}
