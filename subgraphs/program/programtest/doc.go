// Package programtest keeps a program's documentation true.
//
//	program.Program ─Readme─▶ compared with README.md, or written to it (-update)
package programtest
