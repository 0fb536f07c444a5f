// Command gateways measures federation gateways beside each other, on this
// machine and in one run:
//
//	wrk ─▶ gateway ─▶ subgraphs        each in a process of its own, on loopback
//	          ▲
//	          └─ checked against the data before, and one answer in a hundred meanwhile
//
// Every gateway gets the same operations on the public federation benchmark's
// schema and data, in rounds that alternate, and gets a row in each table: requests
// per second, latencies, and what a request costs the gateway's process alone. Who
// gives a wrong answer or an error has no row; the reason stands below the table.
//
// README.md says what is compared and how to add a gateway.
package main
