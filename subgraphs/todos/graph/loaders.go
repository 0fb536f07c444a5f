package graph

import (
	"context"
	"sync/atomic"

	"github.com/weftql/weft/subgraphs/internal/batch"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/todos"
)

// loaders read what belongs to rows for all rows that were read together. They
// are made for one request and its viewer.
type loaders struct {
	// The ids of rows that were read, and the sets of todos that hang on them.
	userIDs, listIDs, todoIDs batch.Siblings[string]
	sets                      batch.Siblings[todos.TodoSet]

	list      *batch.Loader[string, *todos.TodoList]
	members   *batch.Loader[string, []todos.ListMember]
	assignees *batch.Loader[string, []todos.User]
	listTags  *batch.Loader[string, []todos.Tag]
	todoTags  *batch.Loader[string, []todos.Tag]
	lists     *batch.Pages[string, page.Args, *todos.TodoListConnection]
	listCount *batch.Loader[string, int32]
	todos     *batch.Pages[todos.TodoSet, todoArgs, *todos.TodoConnection]
	todoCount *batch.Pages[todos.TodoSet, todos.TodoQuery, int32]
	listStats *batch.Loader[string, todos.TodoStats]
	userStats *batch.Loader[string, todos.TodoStats]
	history   *batch.Pages[string, page.Args, *todos.TodoEventConnection]
	changes   *batch.Loader[string, int32] // the size of history
}

// todoArgs are the arguments of a connection of todos.
type todoArgs struct {
	query todos.TodoQuery
	page  page.Args
}

// loadTodos returns a page of what a filter takes of a set.
func loadTodos(ctx context.Context, set todos.TodoSet, filter *todos.TodoFilter, order *todos.TodoOrder, args page.Args) (*todos.TodoConnection, error) {
	query, err := todos.NewTodoQuery(filter, order)
	if err != nil {
		return nil, err
	}
	return load(ctx).todos.Load(ctx, set, todoArgs{query, args})
}

// loadersKey is the key of the loaders in a request's context.
type loadersKey struct{}

// request is what the resolvers of one request share.
type request struct {
	service todos.Service
	viewer  todos.Viewer
	current atomic.Pointer[loaders]
}

// WithLoaders prepares the context of one request, which has its caller already.
func WithLoaders(ctx context.Context, service todos.Service) context.Context {
	r := &request{service: service, viewer: viewer(ctx)}
	r.current.Store(newLoaders(r))
	return context.WithValue(ctx, loadersKey{}, r)
}

func requestOf(ctx context.Context) *request {
	r, ok := ctx.Value(loadersKey{}).(*request)
	if !ok {
		panic("todos/graph: a request's context must come from WithLoaders")
	}
	return r
}

// load returns the loaders of the request.
func load(ctx context.Context) *loaders { return requestOf(ctx).current.Load() }

// reload returns the loaders of the request without what they have loaded: a
// mutation has made it old. Mutations of one request run one after the other, each
// with all that is selected below it.
func reload(ctx context.Context) *loaders {
	r := requestOf(ctx)
	l := newLoaders(r)
	r.current.Store(l)
	return l
}

func newLoaders(r *request) *loaders {
	l := &loaders{}
	l.list = batch.NewLoader(&l.listIDs, func(ctx context.Context, ids []string) ([]*todos.TodoList, error) {
		lists, err := r.service.ListsByID(ctx, r.viewer, ids)
		l.sawLists(lists)
		return lists, err
	})
	l.members = batch.NewLoader(&l.listIDs, func(ctx context.Context, ids []string) ([][]todos.ListMember, error) {
		all, err := r.service.Members(ctx, r.viewer, ids)
		l.sawMembers(all)
		return all, err
	})
	l.assignees = batch.NewLoader(&l.todoIDs, func(ctx context.Context, ids []string) ([][]todos.User, error) {
		all, err := r.service.Assignees(ctx, r.viewer, ids)
		l.sawAssignees(all)
		return all, err
	})
	l.listTags = batch.NewLoader(&l.listIDs, func(ctx context.Context, ids []string) ([][]todos.Tag, error) {
		return r.service.TagsOfLists(ctx, r.viewer, ids)
	})
	l.todoTags = batch.NewLoader(&l.todoIDs, func(ctx context.Context, ids []string) ([][]todos.Tag, error) {
		return r.service.TagsOfTodos(ctx, r.viewer, ids)
	})
	l.lists = batch.NewPages(&l.userIDs, func(ctx context.Context, ids []string, args page.Args) ([]*todos.TodoListConnection, error) {
		connections, err := r.service.Lists(ctx, r.viewer, ids, args)
		var lists []*todos.TodoList
		for _, connection := range connections {
			for _, edge := range connection.Edges {
				lists = append(lists, edge.Node)
			}
		}
		l.sawLists(lists)
		return connections, err
	})
	l.todos = batch.NewPages(&l.sets, func(ctx context.Context, sets []todos.TodoSet, args todoArgs) ([]*todos.TodoConnection, error) {
		connections, err := r.service.Todos(ctx, r.viewer, sets, args.query, args.page)
		var all []*todos.Todo
		for _, connection := range connections {
			for _, edge := range connection.Edges {
				all = append(all, edge.Node)
			}
		}
		l.sawTodos(all)
		return connections, err
	})
	l.history = batch.NewPages(&l.todoIDs, func(ctx context.Context, ids []string, args page.Args) ([]*todos.TodoEventConnection, error) {
		connections, err := r.service.History(ctx, r.viewer, ids, args)
		l.sawUserIDs(func() (ids []string) {
			for _, connection := range connections {
				for _, edge := range connection.Edges {
					ids = append(ids, edge.Node.ActorID)
				}
			}
			return ids
		})
		return connections, err
	})
	l.count(r)
	return l
}

// count makes the loaders of numbers.
func (l *loaders) count(r *request) {
	l.listCount = batch.NewLoader(&l.userIDs, func(ctx context.Context, ids []string) ([]int32, error) {
		return r.service.CountLists(ctx, r.viewer, ids)
	})
	l.todoCount = batch.NewPages(&l.sets, func(ctx context.Context, sets []todos.TodoSet, query todos.TodoQuery) ([]int32, error) {
		return r.service.CountTodos(ctx, r.viewer, sets, query)
	})
	l.listStats = batch.NewLoader(&l.listIDs, func(ctx context.Context, ids []string) ([]todos.TodoStats, error) {
		return r.service.ListStats(ctx, r.viewer, ids)
	})
	l.userStats = batch.NewLoader(&l.userIDs, func(ctx context.Context, ids []string) ([]todos.TodoStats, error) {
		return r.service.UserStats(ctx, r.viewer, ids)
	})
	l.changes = batch.NewLoader(&l.todoIDs, func(ctx context.Context, ids []string) ([]int32, error) {
		return r.service.CountHistory(ctx, r.viewer, ids)
	})
}

// sawTodos notes todos that were read together; nil ones do not exist.
func (l *loaders) sawTodos(all []*todos.Todo) {
	l.todoIDs.Add(func() []string { return collect(all, func(t *todos.Todo) string { return t.ID }) })
	l.listIDs.Add(func() []string { return collect(all, func(t *todos.Todo) string { return t.ListID }) })
	l.sawUserIDs(func() []string { return collect(all, func(t *todos.Todo) string { return t.CreatorID }) })
}

// sawLists notes lists that were read together.
func (l *loaders) sawLists(all []*todos.TodoList) {
	ids := func() []string { return collect(all, func(l *todos.TodoList) string { return l.ID }) }
	l.listIDs.Add(ids)
	l.sets.Add(func() []todos.TodoSet { return apply(ids(), todos.TodosOf) })
	l.sawUserIDs(func() []string { return collect(all, func(l *todos.TodoList) string { return l.OwnerID }) })
}

// sawMembers notes the members of lists.
func (l *loaders) sawMembers(all [][]todos.ListMember) {
	l.sawUserIDs(func() (ids []string) {
		for _, members := range all {
			for _, member := range members {
				ids = append(ids, member.User.ID)
			}
		}
		return ids
	})
}

// sawAssignees notes the assignees of todos.
func (l *loaders) sawAssignees(all [][]todos.User) {
	l.sawUserIDs(func() (ids []string) {
		for _, people := range all {
			for _, person := range people {
				ids = append(ids, person.ID)
			}
		}
		return ids
	})
}

// sawUsers notes users whose time zone the router brought along, if it did.
func (l *loaders) sawUsers(all []*todos.User) {
	l.sawUserIDs(func() []string { return collect(all, func(u *todos.User) string { return u.ID }) })
	l.sets.Add(func() []todos.TodoSet {
		return collect(all, func(u *todos.User) todos.TodoSet { return todos.DueToday(u.ID, u.TimeZone) })
	})
}

func (l *loaders) sawUserIDs(ids func() []string) {
	l.userIDs.Add(ids)
	l.sets.Add(func() []todos.TodoSet { return apply(ids(), todos.AssignedTo) })
}

// collect returns what of yields for each of all that is not nil.
func collect[T, K any](all []*T, of func(*T) K) []K {
	keys := make([]K, 0, len(all))
	for _, one := range all {
		if one != nil {
			keys = append(keys, of(one))
		}
	}
	return keys
}

// apply returns what of yields for each of all.
func apply[T, K any](all []T, of func(T) K) []K {
	keys := make([]K, len(all))
	for i, one := range all {
		keys[i] = of(one)
	}
	return keys
}
