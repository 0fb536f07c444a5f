package scan

// Implementations are what this build chooses from.
var Implementations = map[string]func([]byte) (int, bool){"portable": portable, "Plain": Plain}
