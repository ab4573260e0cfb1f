// Package memory limits rates, groups campaigns and publishes events within one
// process. Package redis does the same for several nodes; it uses the arithmetic
// of this package, and falls back to it during an outage.
//
// Nothing here survives the process. The package depends on neither HTTP nor
// SQL.
package memory
