package composition

// joinCacheTags writes the cache tags of a type or field.
//
// Rule: @cacheTag(format:) reaches the supergraph as @join__directive with the
// subgraphs that have it, one per format: routers that cache read it there. An
// @external or overridden declaration counts as well.
func (m *merger) joinCacheTags(dest *[]*application, sources [][]*application) {
	m.joinDirectives(dest, sources, func(a *application) string {
		if a.spec == "cacheTag" {
			return "federation__cacheTag"
		}
		return ""
	})
}
