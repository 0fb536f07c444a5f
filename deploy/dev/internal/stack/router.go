package stack

import (
	"encoding/json"
	"os"
)

// demoLogin is what the playground's button sends.
const demoLogin = `mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } } }`

// section is a part of the router's configuration.
type section = map[string]any

// routerConfigurationFile is where the router's configuration is written.
func (s *stack) routerConfigurationFile() string { return s.Home.Path("weft.yaml") }

// writeRouterConfiguration writes the router's configuration file. It is made
// anew at each start, from the settings. It is JSON, which is YAML.
func (s *stack) writeRouterConfiguration() error {
	text, err := json.MarshalIndent(s.routerConfiguration(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.routerConfigurationFile(), append(text, '\n'), 0o600)
}

// routerConfiguration is what the router of a local platform needs to know.
// What helps to write clients, such as introspection, comes with --dev.
func (s *stack) routerConfiguration() section {
	at := s.addresses()
	page := section{"enabled": true, "title": "Weft", "default_query": exampleQuery}
	if s.Settings.Demo {
		page["demo"] = section{
			"label":      "Log in as the demo user",
			"query":      demoLogin,
			"variables":  section{"input": section{"email": demoEmail, "password": s.secrets.DemoPassword}},
			"token_path": "login.tokens.accessToken",
		}
	}
	return section{
		"authentication": section{"router": section{"jwt": section{"jwks": []section{{
			"url":       at.Users + "/.well-known/jwks.json",
			"issuers":   []string{tokenIssuer},
			"audiences": []string{tokenAudience},
			"typ":       "at+jwt",
		}}}}},
		"auth":     section{"revocation": section{"redis_url": s.redisURL}},
		"identity": section{"keys_file": s.secrets.IdentityKeysFile},
		"override_subgraph_url": section{
			"users": at.Users + "/graphql",
			"todos": at.Todos + "/graphql",
		},
		// Refresh tokens of browsers travel in a cookie, which is the business of
		// users alone.
		"headers": section{"subgraphs": section{"users": section{
			"request":  []section{{"propagate": section{"named": "Cookie"}}},
			"response": []section{{"propagate": section{"named": "Set-Cookie"}}},
		}}},
		"playground": page,
	}
}
