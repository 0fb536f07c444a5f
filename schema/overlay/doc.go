// Package overlay lays patched files over a package's source, for tests that prove
// that other tests see a mistake: those are built again with the mistake in, and
// have to fail. The source itself stays as it is.
//
//	patch, file of the source ─Apply─▶ text ─┐
//	                                         ├─Write─▶ overlay.json ─▶ go test -overlay
//	                                         ┘
package overlay
