package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
)

const (
	// maxListed bounds the jobs of each database that are listed.
	maxListed = 10_000
	// maxShown bounds what is shown of arguments and errors, in characters.
	maxShown = 120
)

// jobCommands are those with which an operator sees and steers jobs.
func (c config) jobCommands() []program.Command {
	needs := []string{"USERS_DATABASE_URL", "TODOS_DATABASE_URL"}
	return []program.Command{
		{
			Name: "jobs list", Arguments: "[--state STATE,…] [--kind KIND] [--queue QUEUE] [--database users|todos] [--limit N]", Needs: needs,
			Meaning: "print jobs, the newest first: those that are not completed, or those in the given states; dead letters are discarded", RunWith: c.listJobs,
		},
		{
			Name: "jobs retry", Arguments: "users:ID|todos:ID…", Needs: needs,
			Meaning: "have jobs done again that failed, were discarded or cancelled, now", RunWith: func(ctx context.Context, call program.Call) error {
				return c.eachJob(ctx, call, retry)
			},
		},
		{
			Name: "jobs cancel", Arguments: "users:ID|todos:ID…", Needs: needs,
			Meaning: "have jobs not done any more; a worker that runs one is told to stop", RunWith: func(ctx context.Context, call program.Call) error {
				return c.eachJob(ctx, call, cancel)
			},
		},
	}
}

// jobFilter is which jobs are listed.
type jobFilter struct {
	states, kinds, queues []string
	database              string // "" for both
	limit                 int
}

// readFilter reads the arguments of jobs list.
func readFilter(arguments []string) (jobFilter, error) {
	flags := flag.NewFlagSet("jobs list", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it
	states := flags.String("state", "", "")
	kind := flags.String("kind", "", "")
	queue := flags.String("queue", "", "")
	database := flags.String("database", "", "")
	limit := flags.Int("limit", 100, "")
	if err := flags.Parse(arguments); err != nil {
		return jobFilter{}, fmt.Errorf("%w: %w", program.ErrUsage, err)
	}
	f := jobFilter{states: list(*states), kinds: list(*kind), queues: list(*queue), database: *database, limit: *limit}
	known := make([]string, 0, len(rivertype.JobStates()))
	for _, state := range rivertype.JobStates() {
		known = append(known, string(state))
	}
	for _, state := range f.states {
		if !slices.Contains(known, state) {
			return jobFilter{}, fmt.Errorf("%w: there is no state %q, but %s", program.ErrUsage, state, strings.Join(known, ", "))
		}
	}
	switch {
	case flags.NArg() > 0:
		return jobFilter{}, fmt.Errorf("%w: %q", program.ErrUsage, flags.Args())
	case f.database != "" && f.database != "users" && f.database != "todos":
		return jobFilter{}, fmt.Errorf("%w: --database is users or todos", program.ErrUsage)
	case f.limit < 1 || f.limit > maxListed:
		return jobFilter{}, fmt.Errorf("%w: --limit is a number from 1 to %d", program.ErrUsage, maxListed)
	}
	if len(f.states) == 0 {
		f.states = slices.DeleteFunc(known, func(state string) bool { return state == string(rivertype.JobStateCompleted) })
	}
	return f, nil
}

// list splits what commas separate.
func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// params is the filter in River's terms.
func (f jobFilter) params() *river.JobListParams {
	states := make([]rivertype.JobState, len(f.states))
	for i, state := range f.states {
		states[i] = rivertype.JobState(state)
	}
	params := river.NewJobListParams().First(f.limit).States(states...).OrderBy(river.JobListOrderByID, river.SortOrderDesc)
	if len(f.kinds) > 0 {
		params = params.Kinds(f.kinds...)
	}
	if len(f.queues) > 0 {
		params = params.Queues(f.queues...)
	}
	return params
}

// listJobs prints jobs. Of a database that does not answer it says so, and prints
// those of the other.
func (c config) listJobs(ctx context.Context, call program.Call) error {
	filter, err := readFilter(call.Arguments)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(call.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATE\tKIND\tQUEUE\tATTEMPT\tSCHEDULED\tARGUMENTS\tLAST ERROR")
	var errs []error
	for _, name := range []string{"users", "todos"} {
		if filter.database != "" && filter.database != name {
			continue
		}
		errs = append(errs, c.withJobs(ctx, name, func(client *river.Client[pgx.Tx]) error {
			jobs, err := client.JobList(ctx, filter.params())
			if err != nil {
				return err
			}
			for _, job := range jobs.Jobs {
				fmt.Fprintf(table, "%s:%d\t%s\t%s\t%s\t%d/%d\t%s\t%s\t%s\n", name, job.ID, job.State, job.Kind, job.Queue,
					job.Attempt, job.MaxAttempts, job.ScheduledAt.UTC().Format(time.RFC3339), arguments(job), lastError(job))
			}
			return nil
		}))
	}
	return errors.Join(append(errs, table.Flush())...)
}

// withJobs calls work with a client of the database of that name, which only lists
// and changes jobs.
func (c config) withJobs(ctx context.Context, name string, work func(*river.Client[pgx.Tx]) error) error {
	url := map[string]string{"users": c.usersDatabase, "todos": c.todosDatabase}[name]
	pool, err := postgres.Open(ctx, postgres.Config{URL: url, Name: "worker jobs", MaxConns: 2})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer pool.Close()
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: postgres.JobSchema})
	if err == nil {
		err = work(client)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// personal finds what may be somebody's address in a job's arguments, which hold ids
// as a rule.
var personal = regexp.MustCompile(`"[^"]*@[^"]*"`)

// arguments are those of a job, fit to be shown.
func arguments(job *rivertype.JobRow) string {
	return shorten(personal.ReplaceAllString(string(job.EncodedArgs), `"…"`))
}

// lastError is why the last attempt at the job failed, "" if none did.
func lastError(job *rivertype.JobRow) string {
	if len(job.Errors) == 0 {
		return ""
	}
	return shorten(job.Errors[len(job.Errors)-1].Error)
}

// shorten makes one line of a text, and not too long a one.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}

// eachJob does something with each of the jobs that the arguments name, and says what
// became of it. One that cannot be changed does not keep it from the others.
func (c config) eachJob(ctx context.Context, call program.Call, change func(context.Context, *river.Client[pgx.Tx], int64) (string, error)) error {
	byDatabase := map[string][]int64{}
	for _, argument := range call.Arguments {
		name, number, _ := strings.Cut(argument, ":")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || name != "users" && name != "todos" {
			return fmt.Errorf("%w: %q is no job; they are written as jobs list does, users:123", program.ErrUsage, argument)
		}
		byDatabase[name] = append(byDatabase[name], id)
	}
	if len(byDatabase) == 0 {
		return fmt.Errorf("%w: which job?", program.ErrUsage)
	}
	var errs []error
	for _, name := range []string{"users", "todos"} {
		if len(byDatabase[name]) == 0 {
			continue
		}
		errs = append(errs, c.withJobs(ctx, name, func(client *river.Client[pgx.Tx]) error {
			var errs []error
			for _, id := range byDatabase[name] {
				done, err := change(ctx, client, id)
				if errors.Is(err, rivertype.ErrNotFound) {
					err = errors.New("there is no such job")
				}
				if err != nil {
					errs = append(errs, fmt.Errorf("job %d: %w", id, err))
					continue
				}
				fmt.Fprintf(call.Out, "%s:%d %s\n", name, id, done)
			}
			return errors.Join(errs...)
		}))
	}
	return errors.Join(errs...)
}

// retry makes a job available now that is not to be done, or later.
func retry(ctx context.Context, client *river.Client[pgx.Tx], id int64) (string, error) {
	job, err := client.JobGet(ctx, id)
	if err != nil {
		return "", err
	}
	switch job.State {
	case rivertype.JobStateCompleted:
		return "", errors.New("it is completed: doing it again could tell somebody twice")
	case rivertype.JobStateRunning:
		return "", errors.New("it is running")
	}
	if job, err = client.JobRetry(ctx, id); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is %s", job.Kind, job.State), nil
}

// cancel ends a job.
func cancel(ctx context.Context, client *river.Client[pgx.Tx], id int64) (string, error) {
	job, err := client.JobCancel(ctx, id)
	if err != nil {
		return "", err
	}
	state := cmp.Or(map[rivertype.JobState]string{
		rivertype.JobStateRunning: "is running; its worker is told to stop",
	}[job.State], "is "+string(job.State))
	return job.Kind + " " + state, nil
}
