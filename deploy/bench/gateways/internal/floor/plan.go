package floor

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed plans
var plans embed.FS

// PlanOf returns the plan of an operation, of those that a planner has made:
// "weft" or "public", which is the public benchmark's of seven requests. It is nil
// if that planner has none for it.
func PlanOf(planner, operation string) (Plan, error) {
	text, err := plans.ReadFile("plans/" + planner + "/" + operation + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var plan Plan
	if err := json.Unmarshal(text, &plan); err != nil {
		return nil, fmt.Errorf("plan %s/%s: %w", planner, operation, err)
	}
	return plan, nil
}
