// Package secret makes the local platform's secrets once and keeps them, so
// that what was signed before a restart is still valid after it.
//
//	directory ──Open──▶ Secrets: files of mode 0600, made if missing
//
// The files are named as the services' NAME_FILE variables need them.
package secret
