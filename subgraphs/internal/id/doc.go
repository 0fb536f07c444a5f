// Package id makes and reads the ids that clients see: a prefix that names the
// type, and a UUID version 7 in base32.
//
//	usr_ 068sthz3kxq7v5c2m9r4t8w0eg
//	type UUID: 16 bytes, 26 characters
//
// The text sorts as the UUIDs do, and those by the time of their making. The
// database holds the UUID alone.
package id
