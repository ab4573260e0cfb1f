// Package commentfile reads files of comments as other systems export them, and
// reads and writes the archives of this program. There is one file for each format.
//
// Every reader yields the records of a file in the order in which they stand there,
// and keeps none of them in memory. A bad record comes as an error of
// models.KindInvalid that names its place, and the next record follows if the caller
// goes on; any other error ends the file. Records name each other by the ids of
// their file: package importer brings them together.
//
// Files are hostile: the size of a record, the depth of elements and the encoding
// are checked before anything is kept.
//
// The package is pure but for Isso, whose file is a SQLite database. It imports
// models and classifier/labelfile, never storage or handlers.
package commentfile
