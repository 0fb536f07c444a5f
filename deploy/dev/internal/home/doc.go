// Package home is the directory in which the local platform keeps everything:
// .weft in the checkout, for its owner alone.
//
//	.weft/bin/        the programs, built by the supervisor
//	.weft/cache/      downloaded archives
//	.weft/data/       the databases (as root: /var/tmp/weft-<hash of the path>)
//	.weft/redis/      Redis's data
//	.weft/secrets/    generated keys and passwords
//	.weft/run/lock           held by the supervisor while it runs
//	.weft/run/NAME.pid       one for each child: number, stop signal, name, start
//	.weft/run/addresses.json where everything listens
//
// The lock is the kernel's, so that it is free again however the supervisor
// ends. The files beside it may be left over then; the next run reads them to
// end what they name, and leaves alone what only has the same number.
package home
