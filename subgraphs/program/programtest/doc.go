// Package programtest keeps a program's documentation true and its secrets secret.
//
//	program.Program ─Readme─▶ compared with README.md, or written to it (-update)
//	                ─Secrets▶ run with secrets that it must not tell
package programtest
