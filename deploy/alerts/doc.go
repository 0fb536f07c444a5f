// Package alerts holds Prometheus' rules for a platform that runs.
//
//	worker.yaml   what operators are told of jobs, mails and the relay of events
//
// That every metric exists which a rule names is tested beside the program that tells
// it; here, that the files are what Prometheus reads.
package alerts
