// Package e2e holds the tests that look at the whole: the architecture test,
// which keeps imports going one way, and the end-to-end tests, which run the
// shipped programs as their users do.
package e2e
