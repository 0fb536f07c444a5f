// Package e2e holds the tests that look at the whole: the architecture test,
// which keeps imports going one way, and the end-to-end tests, which run the
// shipped programs as their users do.
//
// testdata/matrix.txt says for each field of the API what each role gets from it; a
// new field needs a row there (TestTown).
package e2e
