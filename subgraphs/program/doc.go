// Package program is what the programs of services and workers do alike: find the
// command, read the configuration, log, stop on a signal.
//
//	arguments, environment ─Run─▶ Command ─▶ exit status 0, 1 (failed) or 2 (misused)
package program
