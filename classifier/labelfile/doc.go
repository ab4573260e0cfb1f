// Package labelfile reads label files as people have them: JSON Lines, and tables
// that a spreadsheet saved as CSV, TSV or XLSX. It finds the separator, the
// encoding, the columns and the order of day and month, or takes them from
// Options, and refuses what it cannot tell in words that name the line and the
// flag to use. No letter and no row is lost without an error.
//
// The package is pure: it reads from an io.Reader and imports only models of this
// module, never classifier, storage or handlers.
package labelfile
