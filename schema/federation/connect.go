package federation

// ConnectDirectives returns the directives of the connect specification, which
// are the same in its versions 0.1 to 0.4. Their definitions name the types of
// ConnectTypes as <ConnectHTTP>.
func ConnectDirectives() []DirectiveSpec {
	return []DirectiveSpec{
		{
			Name: "connect", Feature: ConnectIdentity,
			SDL: "(source: String, id: String, http: <ConnectHTTP>, batch: <ConnectBatch>, errors: <ConnectorErrors>, selection: <JSONSelection>!, entity: Boolean = false, isSuccess: <JSONSelection>) repeatable on FIELD_DEFINITION | OBJECT",
		},
		{
			Name: "source", Feature: ConnectIdentity,
			SDL: "(name: String!, http: <SourceHTTP>!, errors: <ConnectorErrors>, isSuccess: <JSONSelection>) repeatable on SCHEMA",
		},
	}
}

// ConnectTypes returns the definitions of the connect specification's types, in
// which a type is named as <ConnectHTTP>.
func ConnectTypes() string {
	return `
scalar <URLPathTemplate>
scalar <JSONSelection>
input <ConnectorErrors> { message: <JSONSelection> extensions: <JSONSelection> }
input <HTTPHeaderMapping> { name: String! from: String value: String }
input <ConnectBatch> { maxSize: Int }
input <SourceHTTP> { baseURL: String! headers: [<HTTPHeaderMapping>!] path: <JSONSelection> queryParams: <JSONSelection> }
input <ConnectHTTP> {
  GET: <URLPathTemplate> POST: <URLPathTemplate> PUT: <URLPathTemplate> PATCH: <URLPathTemplate> DELETE: <URLPathTemplate>
  body: <JSONSelection> headers: [<HTTPHeaderMapping>!] path: <JSONSelection> queryParams: <JSONSelection>
}
`
}

// ConnectSince returns the federation 2 version that a version of the connect
// specification needs; ok is false if there is no such version.
func ConnectSince(connect Version) (v Version, ok bool) {
	if connect.Major != 0 || connect.Minor < 1 || connect.Minor > 4 {
		return Version{}, false
	}
	return Version{Major: 2, Minor: 9 + connect.Minor}, true
}
