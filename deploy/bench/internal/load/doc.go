// Package load puts load on a server and measures what that costs it.
//
//	Run:   wrk ──HTTP──▶ server      requests, latencies, errors
//	Usage: /proc of the server and its children: CPU time, peak memory
//	Ratio: of two servers' figures in rounds that alternate
//
// Linux only: it reads /proc.
package load
