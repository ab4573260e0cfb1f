// Package memory limits rates and passes notices within one process: what
// package redis does for several nodes, without anything to install. Package
// redis also falls back to it, and decides by the arithmetic that stands here.
//
// Nothing here outlives the process.
package memory
