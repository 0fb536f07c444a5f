package composition

// mergeObject merges an object type.
//
// Rule: an object type has the union of its fields. It is an entity if it has a
// key, and then should have one everywhere.
// Hints: INCONSISTENT_ENTITY, INCONSISTENT_OBJECT_VALUE_TYPE_FIELD.
func (m *merger) mergeObject(dest *typeDef, sources []*typeDef) {
	m.mergeTypeHead(dest, sources)
	m.mergeFields(dest, sources)
	for _, f := range dest.fields {
		m.inheritAuthOfInterfaceObjects(dest, f)
	}
	if len(dest.fields) == 0 {
		// A Query of nothing but _service and _entities.
		m.super.removeType(dest.name)
		return
	}
	if isRoot(dest.name) {
		return
	}
	var with, without []string
	for _, t := range sources {
		switch {
		case has(t.applied, "key"):
			with = append(with, t.in.name)
		default:
			without = append(without, t.in.name)
		}
	}
	if len(with) > 0 {
		if len(without) > 0 {
			m.hint(HintInconsistentEntity, Debug, dest.name,
				"type %q is an entity (has a @key) in %s, but not in %s", dest.name, subgraphList(with), subgraphList(without))
		}
		return
	}
	for _, f := range dest.fields {
		m.hintInconsistentField(HintInconsistentObjectField, dest, f, sources)
	}
}

// hintInconsistentField remarks on a field that is not in all subgraphs that have
// its type.
func (m *merger) hintInconsistentField(code HintCode, dest *typeDef, f *field, sources []*typeDef) {
	var missing []string
	for _, t := range sources {
		if t.field(f.name) == nil {
			missing = append(missing, t.in.name)
		}
	}
	if len(missing) > 0 {
		m.hint(code, Debug, dest.name, "field %q is not in %s, which has its type %q", f.coordinate, subgraphList(missing), dest.name)
	}
}
