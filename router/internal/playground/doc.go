// Package playground serves the page that a browser gets at the router's
// address: GraphiQL with a documentation explorer, history, tabs, a headers
// editor and, in development, a one-click login.
//
//	in    Config: endpoint, title, first query, how to log in as the demo user
//	out   an http.Handler
//
//	GET /                          the page, for requests that accept text/html
//	GET /playground/config.json    the Config, read by the page when it starts
//	GET /playground/NAME-HASH.EXT  its scripts, workers and styles, cached for ever
//	                               everything else: 404
//
// The page is one build for every graph: what differs comes with config.json at
// run time, so neither the committed files nor the program know a schema, a user
// or a password. Everything is served from here; the content security policy
// forbids the browser to ask anybody else.
//
// GraphiQL keeps queries, tabs and history in the browser's local storage.
// Headers, which hold tokens, are not stored.
//
// # Rebuilding the page
//
// The built page is committed under assets/ (gzip, see package bundle), so
// building the router needs no Node. To change the page, edit web/ and run
//
//	go run ./router/internal/playground/build
//
// from the root of the repository ("make generate" does it). It needs Node 20.19
// or newer with npm, installs the versions of web/package-lock.json in a
// temporary folder and rewrites assets/. With -check ("make verify") it compares
// and changes nothing. The build is reproducible: the same sources give the same
// bytes in any folder. To look at the page without a router:
//
//	go run ./router/internal/playground/preview
//
//	web/
//	├── index.html            loads src/main.jsx
//	├── vite.config.js        how it is bundled
//	├── notices.js            the licences of what is bundled, in one file
//	├── package.json          exact versions; .npmrc keeps them exact and the
//	├── package-lock.json     lockfile free of download addresses
//	└── src/
//	    ├── main.jsx          loads config.json, then renders the playground
//	    ├── playground.jsx    GraphiQL with the toolbar
//	    ├── demo-login.jsx    the button that runs the login mutation
//	    ├── workers.js        Monaco's language services as files of our own
//	    ├── storage.js        local storage without headers
//	    └── system-theme.jsx  editors follow the system's dark and light theme
package playground
