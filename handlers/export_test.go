package handlers

// Routes lists the calls of the API, "METHOD /path", for the tests of the rights.
func Routes() (names []string) {
	for _, r := range (&Server{metrics: &metrics{}}).routes() {
		names = append(names, r.method+" "+r.path)
	}
	return names
}
