//go:build !unix

package main

func maxDescriptors() int { return defaultDescriptors }
