package rules

// AllowsHost reports whether the site's list of allowed domains has a host or one
// of its parents.
func (s *Set) AllowsHost(host string) bool {
	return s != nil && s.allowed.contains(CanonicalHost(host))
}
