// Package settings reads what the environment says about the local platform.
//
//	environment ──Read──▶ Settings ──CheckPorts──▶ nothing else listens there
//
// Plain DATABASE_URL and REDIS_URL are ignored: they may point at something
// precious.
package settings
