package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/trace"
)

// AnnounceJobsEvery is how often at most a service tells workers of new jobs in a
// queue: the FetchCooldown of River clients that insert. A job of which they are not
// told waits until they look by themselves.
const AnnounceJobsEvery = 20 * time.Millisecond

// requestKey is that of the request's id in a job's metadata.
const requestKey = "request_id"

// JobTrace writes the id of the request that inserts a job into the job's metadata,
// where whoever works on it finds it (JobRequest). It is among the middleware of
// every River client that inserts.
type JobTrace struct{ river.MiddlewareDefaults }

var _ rivertype.JobInsertMiddleware = (*JobTrace)(nil)

// InsertMany implements rivertype.JobInsertMiddleware.
func (*JobTrace) InsertMany(ctx context.Context, jobs []*rivertype.JobInsertParams, insert func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	request := trace.Request(ctx)
	if request == "" {
		return insert(ctx)
	}
	for _, job := range jobs {
		metadata := map[string]json.RawMessage{}
		if len(job.Metadata) > 0 {
			if err := json.Unmarshal(job.Metadata, &metadata); err != nil {
				return nil, fmt.Errorf("postgres: metadata of a job of kind %s: %w", job.Kind, err)
			}
		}
		id, err := json.Marshal(request)
		if err != nil {
			return nil, fmt.Errorf("postgres: the request's id: %w", err)
		}
		metadata[requestKey] = id
		if job.Metadata, err = json.Marshal(metadata); err != nil {
			return nil, fmt.Errorf("postgres: metadata of a job of kind %s: %w", job.Kind, err)
		}
	}
	return insert(ctx)
}

// JobRequest returns the id of the request that inserted a job, "" if none did.
func JobRequest(job *rivertype.JobRow) string {
	var metadata struct {
		Request string `json:"request_id"`
	}
	if json.Unmarshal(job.Metadata, &metadata) != nil {
		return "" // somebody else's metadata
	}
	return metadata.Request
}
