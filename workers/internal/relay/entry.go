package relay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/workers/internal/redis"
)

// format is the version of the entries' fields.
const format = "1"

// entry is an event as it stands in the stream.
func entry(e todos.Event) (redis.Entry, error) {
	users, err := affected(e.Data)
	if err != nil {
		return redis.Entry{}, fmt.Errorf("relay: data of event %d: %w", e.Cursor.ID, err)
	}
	fields := []string{
		"v", format, "type", string(e.Type), "list", e.ListID, "version", strconv.Itoa(int(e.Version)),
		"actor", e.ActorID, "at", e.At.UTC().Format(time.RFC3339Nano),
	}
	for _, optional := range [][2]string{{"todo", e.TodoID}, {"users", strings.Join(users, ",")}, {"request", e.RequestID}} {
		if optional[1] != "" {
			fields = append(fields, optional[:]...)
		}
	}
	return redis.Entry{
		ID:     strconv.FormatUint(e.Cursor.Transaction, 10) + "-" + strconv.FormatInt(e.Cursor.ID, 10),
		Fields: fields,
	}, nil
}

// affected returns the users whom a change adds to something or removes from it.
func affected(data []byte) ([]string, error) {
	var change struct {
		UserID    string          `json:"userId"`
		Assignees todos.SetChange `json:"assigneeIds"`
	}
	if err := json.Unmarshal(data, &change); err != nil {
		return nil, err
	}
	users := slices.Concat(change.Assignees.Added, change.Assignees.Removed)
	if change.UserID != "" {
		users = append(users, change.UserID)
	}
	return users, nil
}
