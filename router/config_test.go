package router

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/router/internal/limit"
	"github.com/weftql/weft/router/internal/playground"
	"github.com/weftql/weft/router/internal/subgraph"
)

// environment stands for the process's variables.
func environment(name string) (string, bool) {
	value, set := map[string]string{
		"ADDRESS": "127.0.0.1:9", "ON": "true", "TOKENS": "77", "DIGITS": "0123", "EMPTY": "", "SECRET": "hunter2: [",
	}[name]
	return value, set
}

func TestReadConfigReadsEverySetting(t *testing.T) {
	t.Parallel()
	file, err := ReadConfig("dir/weft.yaml", []byte(`
# Everything there is.
supergraph: {listen: "${env.ADDRESS}", path: /api, introspection: "${env.ON}"}
health_check:
  enabled: false
  path: /healthz
limits:
  http_max_request_bytes: 1_000
  parser_max_tokens: ${env.TOKENS}
  parser_max_recursion: ${env.UNSET:-5}
include_subgraph_errors:
  all: true
  subgraphs:
    a: false
    b: {redact_message: true, allow_extensions_keys: [code]}
authentication:
  router:
    jwt:
      header_name: X-Token
      header_value_prefix: Token
      jwks:
        - url: https://issuer.test/keys
          issuers: [https://issuer.test]
          audiences:
            - weft
          algorithms: [EdDSA]
          typ: at+jwt
          poll_interval: 1m30s
identity:
  keys_file: keys
override_subgraph_url:
  a: http://${env.ADDRESS}/${env.DIGITS}${env.EMPTY}
traffic_shaping:
  router: {timeout: 5s, deduplicate_query: true}
  all: {timeout: 100ms, deduplicate_query: false}
  subgraphs:
    a:
      timeout: 1s
      deduplicate_query: true
      connect_timeout: 2s
      pool_idle_timeout: 3s
      pool_max_age: 4s
      max_connections: 5
      max_response_bytes: 6
      experimental_http2: http2only
      accept_encoding: [zstd, br, gzip]
      proxy: http://u:p@${env.ADDRESS}
headers:
  all:
    request:
    - propagate: {matching: ^x-}
    - remove: {named: X-Old}
  subgraphs:
    a:
      request:
      - propagate:
          named: X-User
          rename: X-Account
          default: nobody
      - insert: {name: X-Router, value: weft}
      - remove: {matching: ^y-}
      response:
      - propagate: {named: X-Cost, algorithm: append}
tls:
  subgraph:
    all:
      certificate_authorities: CA
      client_authentication: {certificate_chain: CHAIN, key: KEY}
    subgraphs:
      a: {certificate_authorities: "${env.EMPTY}"}
query_planning:
  expose_query_plan: true
  batch_entities: false
  cache: {max_plans: 5, max_bytes: 2_000_000}
  warm_up: {enabled: false, max_operations: 7, timeout: 3s}
progressive_override:
  labels: {new: "${env.ON}", old: false}
  claim: moves
  header: {name: X-Labels, scopes: [labs], anyone: false}
playground:
  enabled: true
  title: Pets
  default_query: |
    { a }
  demo:
    label: Log in
    query: mutation { login }
    token_path: login
    variables: {name: "${env.DIGITS}", count: 3, ratio: 1.5, ok: true, tags: [x], nested: {y: null}}
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	off := false
	want := Config{
		Supergraph:  EndpointConfig{Listen: "127.0.0.1:9", Path: "/api", Introspection: true},
		HealthCheck: HealthConfig{Enabled: &off, Path: "/healthz"},
		Limits:      limit.Config{HTTPMaxRequestBytes: 1000, ParserMaxTokens: 77, ParserMaxRecursion: 5},
		IncludeSubgraphErrors: IncludeErrorsConfig{
			All: ErrorsConfig{Whole: new(true)},
			Subgraphs: map[string]ErrorsConfig{
				"a": {Whole: new(false)}, "b": {RedactMessage: new(true), AllowExtensionsKeys: []string{"code"}},
			},
		},
		Identity:            IdentityConfig{KeysFile: "dir/keys"},
		OverrideSubgraphURL: map[string]string{"a": "http://127.0.0.1:9/0123"},
		TrafficShaping: TrafficConfig{
			Router: RouterTrafficConfig{TimeoutConfig{5 * time.Second}, true},
			All:    SubgraphTrafficConfig{TimeoutConfig: TimeoutConfig{100 * time.Millisecond}, DeduplicateQuery: &off},
			Subgraphs: map[string]SubgraphTrafficConfig{"a": {
				TimeoutConfig: TimeoutConfig{time.Second}, DeduplicateQuery: new(true), ConnectTimeout: 2 * time.Second,
				PoolIdleTimeout: 3 * time.Second, PoolMaxAge: 4 * time.Second, MaxConnections: 5, MaxResponseBytes: 6,
				HTTP2: "http2only", AcceptEncoding: []string{"zstd", "br", "gzip"}, Proxy: "http://u:p@127.0.0.1:9",
			}},
		},
		Headers: subgraph.HeaderConfig{
			All: subgraph.HeaderLists{Request: []subgraph.HeaderRule{
				{Propagate: &subgraph.Propagate{Matching: "^x-"}}, {Remove: &subgraph.Remove{Named: "X-Old"}},
			}},
			Subgraphs: map[string]subgraph.HeaderLists{"a": {
				Request: []subgraph.HeaderRule{
					{Propagate: &subgraph.Propagate{Named: "X-User", Rename: "X-Account", Default: "nobody"}},
					{Insert: &subgraph.Insert{Name: "X-Router", Value: "weft"}},
					{Remove: &subgraph.Remove{Matching: "^y-"}},
				},
				Response: []subgraph.HeaderRule{{Propagate: &subgraph.Propagate{Named: "X-Cost", Algorithm: "append"}}},
			}},
		},
		TLS: TLSConfig{Subgraph: SubgraphTLSConfig{
			All: subgraph.TLSConfig{
				CertificateAuthorities: "CA", ClientAuthentication: subgraph.ClientCertificate{CertificateChain: "CHAIN", Key: "KEY"},
			},
			Subgraphs: map[string]subgraph.TLSConfig{"a": {}},
		}},
		QueryPlanning: PlanningConfig{
			Expose: true, BatchEntities: &off, Cache: PlanCacheConfig{MaxPlans: 5, MaxBytes: 2_000_000},
			WarmUp: WarmUpConfig{Enabled: &off, MaxOperations: 7, Timeout: 3 * time.Second},
		},
		ProgressiveOverride: OverrideConfig{
			Labels: map[string]bool{"new": true, "old": false}, Claim: "moves",
			Header: OverrideHeaderConfig{Name: "X-Labels", Scopes: []string{"labs"}, Anyone: false},
		},
		Playground: PlaygroundConfig{Enabled: true, Config: playground.Config{
			Title: "Pets", DefaultQuery: "{ a }\n",
			Demo: &playground.Demo{
				Label: "Log in", Query: "mutation { login }", TokenPath: "login",
				Variables: map[string]any{
					"name": "0123", "count": uint64(3), "ratio": 1.5, "ok": true, "tags": []any{"x"}, "nested": map[string]any{"y": nil},
				},
			},
		}},
	}
	want.Authentication.Router.JWT = &auth.Config{HeaderName: "X-Token", HeaderValuePrefix: "Token", JWKS: []auth.JWKS{{
		URL: "https://issuer.test/keys", Issuers: []string{"https://issuer.test"}, Audiences: []string{"weft"},
		Algorithms: []string{"EdDSA"}, Typ: "at+jwt", PollInterval: 90 * time.Second,
	}}}
	if diff := cmp.Diff(want, file.Config); diff != "" {
		t.Error(diff)
	}
	file.Config.TLS = TLSConfig{} // no certificates
	if err := file.Config.WithDefaults().validate([]string{"a", "b"}); err != nil {
		t.Error(err)
	}
}

func TestEmptyConfigIsTheDefaults(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "---\n", "supergraph:\nlimits:\n"} {
		file, err := ReadConfig("weft.yaml", []byte(text), environment)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(Config{}, file.Config); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if err := file.Config.WithDefaults().validate(nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestReferenceShowsTheDefaults reads the file that documents the settings, as it
// is and with what is commented out.
func TestReferenceShowsTheDefaults(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("weft.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ReadConfig("weft.yaml", text, environment)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{}.WithDefaults()
	want.Playground.Endpoint = "" // no setting
	if diff := cmp.Diff(want, file.Config); diff != "" {
		t.Error(diff)
	}
	all := regexp.MustCompile(`(?m)^( *)#  `).ReplaceAllString(string(text), "$1  ")
	all = strings.Replace(all, "  keys_file: identity-keys\n", "", 1) // or keys
	all = strings.Replace(all, "WEFT_IDENTITY_KEYS", "ADDRESS", 1)
	all = strings.NewReplacer("${file.ca.pem}", "${env.CA}", "${file.chain.pem}", "${env.CA}", "${file.key.pem}", "${env.KEY}").Replace(all)
	authority, key := certificate(t)
	withCertificate := func(name string) (string, bool) {
		if text, known := map[string]string{"CA": authority, "KEY": key}[name]; known {
			return text, true
		}
		return environment(name)
	}
	if file, err = ReadConfig("weft.yaml", []byte(all), withCertificate); err != nil {
		t.Fatal(err)
	}
	if err := file.Config.WithDefaults().validate([]string{"users", "todos"}); err != nil {
		t.Error(err)
	}
	jwt := file.Config.Authentication.Router.JWT
	if jwt == nil || len(jwt.JWKS) != 1 || len(file.Config.ProgressiveOverride.Labels) != 1 || len(file.Config.ProgressiveOverride.Header.Scopes) != 1 || file.Config.Playground.Demo == nil || len(file.Config.OverrideSubgraphURL) != 2 || len(file.Config.TrafficShaping.Subgraphs) != 1 || len(file.Config.Headers.All.Request) != 4 || len(file.Config.Headers.Subgraphs["users"].Response) != 1 || len(file.Config.TLS.Subgraph.Subgraphs) != 1 || file.Config.TLS.Subgraph.All.CertificateAuthorities == "" || file.Config.Identity.Keys == "" || file.Config.Auth.Revocation == nil || len(file.Config.ClientAddress.TrustedProxies) != 2 {
		t.Fatalf("not everything is there: %+v", file.Config)
	}
	set := jwt.JWKS[0]
	defaults := auth.Config{JWKS: []auth.JWKS{{URL: set.URL, Issuers: set.Issuers, Audiences: set.Audiences, Typ: set.Typ}}}.WithDefaults()
	if diff := cmp.Diff(&defaults, jwt); diff != "" {
		t.Error(diff)
	}
}

// certificate returns a certificate, which is its own authority, and its key.
func certificate(t *testing.T) (chain, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	text, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}))
}

func TestConfigReadsFiles(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "keys"), []byte("k1:QUJD\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := ReadConfig(name, []byte("identity: {keys: '${file.keys},${file."+filepath.Dir(name)+"/keys}'}"), environment)
	if err != nil || file.Config.Identity.Keys != "k1:QUJD,k1:QUJD" {
		t.Errorf("%v, keys %q", err, file.Config.Identity.Keys)
	}
}

func TestSubgraphsTrafficIsThatOfAllUnlessItSaysElse(t *testing.T) {
	t.Parallel()
	file, err := ReadConfig("weft.yaml", []byte(`
traffic_shaping:
  all: {timeout: 7s, max_connections: 9, accept_encoding: [gzip], deduplicate_query: false}
  subgraphs: {a: {timeout: 1s, accept_encoding: []}}
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	traffic := file.Config.WithDefaults().TrafficShaping
	a, b := traffic.of("a").settings("http://a", subgraph.TLSConfig{}), traffic.of("b").settings("http://b", subgraph.TLSConfig{})
	if a.Timeout != time.Second || a.MaxConnections != 9 || a.MaxAge != 5*time.Minute || *traffic.of("a").DeduplicateQuery {
		t.Errorf("a: %+v", a)
	}
	if b.Timeout != 7*time.Second || len(b.AcceptEncoding) != 1 || len(a.AcceptEncoding) != 0 {
		t.Errorf("a: %+v, b: %+v", a, b)
	}
}

func TestConfigMayBeJSON(t *testing.T) {
	t.Parallel()
	file, err := ReadConfig("weft.yaml", []byte(`{
  "authentication": {"router": {"jwt": {"jwks": [{"url": "http://127.0.0.1:4001/keys", "typ": "at+jwt"}]}}},
  "playground": {"enabled": true, "demo": {"query": "mutation ($i: \u0026I!) { a }", "token_path": "a", "variables": {"i": {"b": "c"}}}}
}
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	if query := file.Config.Playground.Demo.Query; query != "mutation ($i: &I!) { a }" || file.Config.Authentication.Router.JWT.JWKS[0].Typ != "at+jwt" {
		t.Errorf("got %+v", file.Config)
	}
}

func TestBadConfigNamesItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"no YAML", "a: [", "weft.yaml:1:4: "},
		{"unknown key", "supergraph:\n  listn: x", `weft.yaml:2:3: supergraph: unknown key "listn"; there are introspection, listen, path`},
		{"unknown section", "header: {}", `weft.yaml:1:1: unknown key "header"; there are auth, authentication, `},
		{"key twice", "limits: {}\nlimits: {}", `weft.yaml:2:1: `},
		{"subgraph twice", "override_subgraph_url:\n  a: http://x\n  a: http://y", `weft.yaml:3:3: `},
		{"a list for a section", "limits: [1]", "weft.yaml:1:9: limits: want keys with values, got a list"},
		{"text for a section", "limits: x", "weft.yaml:1:9: limits: want keys with values, got text"},
		{"text for a number", "limits:\n  parser_max_tokens: many", `weft.yaml:2:22: limits.parser_max_tokens: want a whole number, got "many"`},
		{"quoted number", "limits: {parser_max_tokens: '5'}", `limits.parser_max_tokens: want a whole number, got "5"`},
		{"fraction", "limits: {parser_max_tokens: 1.5}", `want a whole number, got "1.5"`},
		{"text for a boolean", "supergraph: {introspection: yes}", `supergraph.introspection: want true or false, got "yes"`},
		{"number for text", "supergraph: {path: 5}", "supergraph.path: want text, got 5; put it in quotes"},
		{"number for a duration", "traffic_shaping: {all: {timeout: 30}}", `traffic_shaping.all.timeout: want a duration such as "30s", "5m" or "100ms", got "30"`},
		{"text for a list", "authentication: {router: {jwt: {jwks: x}}}", "authentication.router.jwt.jwks: want a list, got text"},
		{"keys for text", "supergraph: {path: {a: b}}", "supergraph.path: want a single value, got keys with values"},
		{"anchor", "supergraph: &x {}", "anchors, aliases and tags are not supported"},
		{"merge", "limits: {<<: {}}", `unknown key "<<"`},
		{"variable that is not set", "supergraph:\n  listen: ${env.NONE}", "weft.yaml:2:11: supergraph.listen: the environment variable NONE is not set"},
		{"variable of another kind", "supergraph: {listen: '${vault.x}'}", `"${vault.x" is no reference to a variable`},
		{"variable without an end", "supergraph: {listen: '${env.ON'}", "is no reference to a variable"},
		{"variable of a wrong type", "limits: {parser_max_tokens: '${env.SECRET}'}", `want a whole number, got "${env.SECRET}"`},
		{"no limit", "limits: {http_max_request_bytes: 0}", "limits.http_max_request_bytes: 0 is no limit"},
		{"no time", "traffic_shaping: {all: {timeout: 0s}}", "traffic_shaping.all.timeout: 0 is no limit"},
		{"two documents", "limits: {}\n---\nlimits: {}", "weft.yaml:3:"},

		{"address", "supergraph:\n  listen: localhost", `weft.yaml:2:3: supergraph.listen: "localhost" is no address to listen on`},
		{"path", "supergraph: {path: graphql}", `weft.yaml:1:14: supergraph.path: "graphql" is no path`},
		{"wildcard", "supergraph: {path: '/*'}", "supergraph.path: "},
		{"same path", "health_check: {path: /graphql}", "health_check.path: "},
		{"negative limit", "limits:\n  parser_max_recursion: -1", "weft.yaml:2:3: limits.parser_max_recursion: -1 is too small"},
		{"negative timeout", "traffic_shaping: {all: {timeout: -1s}}", "traffic_shaping.all.timeout: -1s is negative"},
		{"unknown subgraph", "override_subgraph_url:\n  users: http://x", `weft.yaml:2:3: override_subgraph_url.users: the supergraph has no subgraph "users"; it has a, b`},
		{"text for a boolean or keys", "include_subgraph_errors: {all: maybe}", `weft.yaml:1:32: include_subgraph_errors.all: want true or false, got "maybe"`},
		{"a list for a boolean or keys", "include_subgraph_errors: {all: [code]}", `include_subgraph_errors.all: want keys with values, got a list`},
		{"unknown key of errors", "include_subgraph_errors: {all: {deny_extensions_keys: [stack]}}", `unknown key "deny_extensions_keys"; there are allow_extensions_keys, redact_message`},
		{"unknown subgraph's errors", "include_subgraph_errors: {subgraphs: {c: true}}", `has no subgraph "c"`},
		{"subgraph's address", "override_subgraph_url: {a: ftp://x}", `override_subgraph_url.a: its URL "ftp://x" is neither http://host/path nor https://host/path nor unix:///path`},
		{"subgraph's address with a password", "override_subgraph_url: {a: 'http://u:hunter2@x'}", `override_subgraph_url.a: its URL has a user name`},
		{"subgraph's socket", "override_subgraph_url: {a: 'unix://run/a.sock'}", `override_subgraph_url.a: its URL "unix://run/a.sock" is no absolute path of a socket`},
		{"unknown subgraph's traffic", "traffic_shaping: {subgraphs: {c: {timeout: 1s}}}", `traffic_shaping.subgraphs.c: the supergraph has no subgraph "c"`},
		{"unknown subgraph's headers", "headers: {subgraphs: {c: {}}}", `headers.subgraphs.c: the supergraph has no subgraph "c"`},
		{"rule of headers", "headers:\n  all:\n    request:\n    - propagate: {named: X-User}\n    - propagate:\n        named: Host", `weft.yaml:6:9: headers.all.request.1.propagate.named: Host is never propagated`},
		{"value of a header", "headers: {all: {request: [{insert: {name: X-Key, value: \"${env.SECRET}\\n\"}}]}}", `headers.all.request.0.insert.value: it has a line break`},
		{"header from the body", "headers: {all: {request: [{insert: {name: X-Key, path: .a}}]}}", `headers.all.request.0.insert: unknown key "path"; there are name, value`},
		{"unknown subgraph's certificates", "tls: {subgraph: {subgraphs: {c: {}}}}", `tls.subgraph.subgraphs.c: the supergraph has no subgraph "c"`},
		{"negative timeout of a subgraph", "traffic_shaping:\n  subgraphs:\n    a:\n      pool_max_age: -1s", "weft.yaml:4:7: traffic_shaping.subgraphs.a.pool_max_age: -1s is negative"},
		{"no connections", "traffic_shaping: {all: {max_connections: -1}}", "traffic_shaping.all.max_connections: -1 is negative"},
		{"too large a response", "traffic_shaping: {all: {max_response_bytes: 1000000000}}", "traffic_shaping.all.max_response_bytes: 1000000000 is not between 1 and 536870911"},
		{"HTTP/2", "traffic_shaping: {all: {experimental_http2: 'yes'}}", `traffic_shaping.all.experimental_http2: "yes" is none of enable, disable, http2only`},
		{"encoding", "traffic_shaping: {all: {accept_encoding: [gzip, deflate]}}", `traffic_shaping.all.accept_encoding: item 1: "deflate" is none of gzip, br, zstd`},
		{"proxy", "traffic_shaping: {all: {proxy: '${env.SECRET}'}}", "traffic_shaping.all.proxy: it is no address of a proxy"},
		{"compression of requests", "traffic_shaping: {all: {compression: gzip}}", `unknown key "compression"`},
		{"the router's certificate", "tls: {supergraph: {}}", `weft.yaml:1:7: tls: unknown key "supergraph"; there are subgraph`},
		{"authorities", "tls:\n  subgraph:\n    all: {certificate_authorities: '${env.SECRET}'}", "weft.yaml:3:11: tls.subgraph.all.certificate_authorities: there is no certificate in it"},
		{"certificate without its key", "tls: {subgraph: {subgraphs: {a: {client_authentication: {certificate_chain: x}}}}}", "tls.subgraph.subgraphs.a.client_authentication.key: it is missing"},
		{"key", "tls: {subgraph: {all: {client_authentication: {certificate_chain: x, key: '${env.SECRET}'}}}}", "tls.subgraph.all.client_authentication: certificate and key cannot be used"},
		{"file that is not there", "identity: {keys: '${file.no/such/file}'}", "identity.keys: stat no/such/file: no such file"},
		{"file that is none", "identity: {keys: '${file./dev/zero}'}", "identity.keys: /dev/zero is no regular file"},
		{"key set", "authentication:\n  router:\n    jwt:\n      jwks:\n      - url: x", "weft.yaml:5:9: authentication.router.jwt.jwks.0.url: "},
		{"no key set", "authentication:\n  router:\n    jwt:\n      header_name: X", "weft.yaml:3:5: authentication.router.jwt.jwks: at least one"},
		{"revocations without tokens", "auth:\n  revocation: {redis_url: 'redis://x'}", "weft.yaml:2:3: auth.revocation: tokens are not checked"},
		{"revocations without a place", "auth: {revocation: {key: k}}", "auth.revocation.redis_url: the address of a Redis is missing"},
		{"revocations too rarely", "auth: {revocation: {redis_url: 'redis://x', interval: 5m}}", "auth.revocation.interval: 5m0s is not between 100ms and 1m"},
		{"no revocations", "auth: {revocation: {redis_url: 'redis://x', max_sessions: -1}}", "auth.revocation.max_sessions: -1 is too small"},
		{"address of metrics", "telemetry: {exporters: {metrics: {prometheus: {listen: 9090}}}}", "telemetry.exporters.metrics.prometheus.listen: want text"},
		{"no address of metrics", "telemetry: {exporters: {metrics: {prometheus: {listen: x}}}}", `telemetry.exporters.metrics.prometheus.listen: "x" is no address`},
		{"path of metrics", "telemetry: {exporters: {metrics: {prometheus: {path: metrics}}}}", `telemetry.exporters.metrics.prometheus.path: "metrics" is no path`},
		{"trusted proxy", "client_address:\n  trusted_proxies:\n  - 10.0.0.0/8\n  - lb.internal", `weft.yaml:4:5: client_address.trusted_proxies.1: "lb.internal" is neither a network`},
		{"header of addresses", "client_address: {header: X-Real-IP}", `client_address.header: "X-Real-IP" is neither X-Forwarded-For nor Forwarded`},
		{"two sources of keys", "identity: {keys: a, keys_file: b}", "identity.keys_file: keys and keys_file are both there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, err := ReadConfig("weft.yaml", []byte(c.text), environment)
			if err == nil {
				err = file.Locate(file.Config.WithDefaults().validate([]string{"a", "b"}))
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "weft.yaml:") {
				t.Fatalf("got %v, want %q in it", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a variable's value: %v", err)
			}
		})
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add("limits: {parser_max_tokens: 1}\nsupergraph:\n  listen: ${env.ADDRESS}\n")
	f.Add("authentication:\n  router:\n    jwt:\n      jwks:\n      - url: x\n")
	f.Add("? {a: b}\n: c\n")
	f.Fuzz(func(_ *testing.T, text string) {
		file, err := ReadConfig("weft.yaml", []byte(text), environment)
		if err == nil {
			_ = file.Locate(file.Config.WithDefaults().validate(nil))
		}
	})
}
