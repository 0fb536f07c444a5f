package letter

// Source is the name of the source of a letter.
func Source(l Letter) string { return l.source() }

// Sources are the names of all sources.
func Sources() (map[string]bool, error) {
	books, err := library()
	all := map[string]bool{}
	for name := range books[Languages()[0].Tag].pages {
		all[name] = true
	}
	return all, err
}
