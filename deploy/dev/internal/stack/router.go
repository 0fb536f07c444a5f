package stack

import (
	"encoding/json"
	"os"
)

// routerConfigurationFile is where the router's configuration is written.
func (s *stack) routerConfigurationFile() string { return s.Home.Path("weft.yaml") }

// routerConfiguration is the part of the router's configuration that a local
// platform needs. JSON is YAML.
type routerConfiguration struct {
	Placeholder string `json:"placeholder"`
}

// writeRouterConfiguration writes the router's configuration file. It is made
// anew at each start, from the settings.
func (s *stack) writeRouterConfiguration() error {
	text, err := json.MarshalIndent(routerConfiguration{}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.routerConfigurationFile(), append(text, '\n'), 0o600)
}
