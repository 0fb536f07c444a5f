// Package workers runs the jobs that the subgraphs commit with their changes.
package workers
