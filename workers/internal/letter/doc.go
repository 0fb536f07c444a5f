// Package letter puts what the platform writes to people into words: in their
// language, for their time zone, as plain text and as HTML.
//
//	Assignment{Title, ListName, …} ─values─▶ ┐
//	source/he/assignment.txt ──────parse──▶ fill ─▶ document ─▶ Subject, Text, HTML
//
// Both forms are made from one document, so that they cannot say different things.
package letter
