// Package letter puts what the platform writes to people into words: in their
// language, for their time zone, as plain text and as HTML.
//
//	Assignment{Title, ListName, …} ─values─▶ ┐
//	source/he/assignment.txt ──────parse──▶ fill ─▶ document ─┬─ text ─────────▶ Subject, Text
//	source/he/terms.txt ─────────────────▶ ┘                 └─ layout.html ──▶ HTML
//
// Both forms are made from one document, so that they cannot say different things.
//
// # Sources
//
// The words of a letter are one file for each language. Its first line is the
// subject; blocks follow, with empty lines between them, of lines that are joined:
//
//	Subject: {shortActor} assigned you: {shortTitle}
//
//	A paragraph in which {name} is replaced by a value.
//
//	# A heading
//
//	[The words of a button]({link})
//
//	| Label | a line of a table of facts: {due} |
//
//	* todos: an item of the list {todos}, with values of its own: {title}
//	* todos: what it is instead if one of those is empty
//
//	    {token} that is to be copied
//
//	~ small print
//
//	{?link}a block that is there only if {link} is, and
//
//	{!link}one that is there only if it is not
//
// What speaks of a value that is empty is left out: a block, a line of a table. A
// subject in which one is empty is an error. What is said in several letters, the
// names of days and roles and how a date is written, stands in terms.txt.
//
// # What people wrote
//
// Names and titles are put in as pieces of a line, whatever they are: they are never
// parsed, they lose control characters and invisible ones, are as long as fits, run in
// their own direction without disturbing the text around them (<bdi> in HTML, FSI and
// PDI in text, UAX #9 §2.4.2), and are broken with spaces of no width where mail programs would
// find an address to make a link of: nobody can have us send links to strangers by
// choosing a name.
//
// # Adding a letter
//
//  1. A struct of strings and times that implements Letter, in the file of its
//     subject: account.go, todo.go.
//  2. source/LANGUAGE/NAME.txt for each language, the name being that of source().
//  3. A sample of it in package preview, and go test -update in this directory. Look
//     at it at /letters/ of a development worker, in each language, wide and narrow,
//     light and dark.
//
// # Adding a language
//
//  1. A line in Languages.
//  2. A directory source/TAG with every file that source/en has. The tests tell which
//     are missing, which values have been forgotten, and what is still in English.
//  3. go test -update, and look at all of it.
package letter
