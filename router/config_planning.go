package router

import (
	"cmp"
	"fmt"
	"time"
)

// PlanningConfig is about plans.
type PlanningConfig struct {
	// Expose adds an operation's plan to its response, in extensions, if the
	// request has the header Apollo-Expose-Query-Plan: true. Defaults to false.
	Expose bool `yaml:"expose_query_plan"`
	// BatchEntities asks a subgraph once for the entities at several places of a
	// response, with an alias for each, if they can be asked for at the same time.
	// Defaults to true.
	BatchEntities *bool `yaml:"batch_entities"`
	// Cache bounds the plans that are kept.
	Cache PlanCacheConfig `yaml:"cache"`
	// WarmUp is about plans that are made before a new supergraph is used.
	WarmUp WarmUpConfig `yaml:"warm_up"`
}

// PlanCacheConfig bounds the plans that are kept for the operations that were
// asked for last, with the texts of these, and the bodies of requests without
// variables.
type PlanCacheConfig struct {
	// MaxPlans is the number of plans, that of texts, and that of bodies. Defaults to
	// 1024.
	MaxPlans int `yaml:"max_plans"`
	// MaxBytes is about how much memory they take together. Defaults to 64 MiB.
	MaxBytes int64 `yaml:"max_bytes"`
}

// WarmUpConfig is about plans that are made before a new supergraph is used: of
// the operations that the old one answered most.
type WarmUpConfig struct {
	// Enabled makes them. Defaults to true.
	Enabled *bool `yaml:"enabled"`
	// MaxOperations is the number of plans that are made. Defaults to 256.
	MaxOperations int `yaml:"max_operations"`
	// Timeout is how long the new supergraph waits for them. Defaults to 10
	// seconds.
	Timeout time.Duration `yaml:"timeout"`
}

func (c PlanningConfig) withDefaults() PlanningConfig {
	on := true
	c.BatchEntities = cmp.Or(c.BatchEntities, &on)
	c.Cache.MaxPlans = cmp.Or(c.Cache.MaxPlans, 1024)
	c.Cache.MaxBytes = cmp.Or(c.Cache.MaxBytes, 64<<20)
	c.WarmUp.Enabled = cmp.Or(c.WarmUp.Enabled, &on)
	c.WarmUp.MaxOperations = cmp.Or(c.WarmUp.MaxOperations, 256)
	c.WarmUp.Timeout = cmp.Or(c.WarmUp.Timeout, 10*time.Second)
	return c
}

// minPlanBytes leaves room for at least some ordinary plans.
const minPlanBytes = 1 << 20

func (c PlanningConfig) validate() *FieldError {
	switch {
	case c.Cache.MaxPlans < 1:
		return fieldError(fmt.Sprintf("%d is too small: it has to be 1 at least", c.Cache.MaxPlans), "query_planning", "cache", "max_plans")
	case c.Cache.MaxBytes < minPlanBytes:
		return fieldError(fmt.Sprintf("%d is too small: it has to be %d at least", c.Cache.MaxBytes, minPlanBytes), "query_planning", "cache", "max_bytes")
	case c.WarmUp.MaxOperations < 1:
		return fieldError(fmt.Sprintf("%d is too small: it has to be 1 at least", c.WarmUp.MaxOperations), "query_planning", "warm_up", "max_operations")
	case c.WarmUp.Timeout < 0:
		return fieldError(fmt.Sprintf("%s is negative", c.WarmUp.Timeout), "query_planning", "warm_up", "timeout")
	}
	return nil
}
