// Package akismet speaks the protocol of Akismet, for clients whose address can be
// changed: it reads their forms, and says what a verdict is in their words.
//
// It knows neither Echo nor a database. Forms are written by strangers; Decode bounds what
// it keeps of them.
package akismet
