package main

// planets are the preview's data, in the shape that complete walks.
var planets = []map[string]any{
	world("Mercury", "ROCKY", 2439.7),
	world("Venus", "ROCKY", 6051.8),
	world("Earth", "ROCKY", 6371.0, "Moon"),
	world("Mars", "ROCKY", 3389.5, "Phobos", "Deimos"),
	world("Jupiter", "GAS", 69911, "Io", "Europa", "Ganymede", "Callisto"),
	world("Saturn", "GAS", 58232, "Titan", "Enceladus"),
	world("Uranus", "GAS", 25362, "Titania", "Oberon"),
	world("Neptune", "GAS", 24622, "Triton"),
}

func world(name, kind string, radius float64, moons ...string) map[string]any {
	list := make([]map[string]any, len(moons))
	for i, moon := range moons {
		list[i] = map[string]any{"__typename": "Moon", "name": moon}
	}
	return map[string]any{
		"__typename": "Planet", "name": name, "kind": kind, "radius": radius, "moons": list, "number": len(moons),
	}
}

func planet(name any) any {
	for _, p := range planets {
		if p["name"] == name {
			return p
		}
	}
	return nil
}
