// Package demo names the people of the demonstration data. Their ids are fixed,
// so that each service can write its own part without asking another.
//
//	users demo ─▶ the accounts;  todos demo ─▶ lists and todos of the same ids
package demo
