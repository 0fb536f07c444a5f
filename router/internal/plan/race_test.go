//go:build race

package plan_test

// slowdown is by how much the race detector makes tests slower.
const slowdown = 8
