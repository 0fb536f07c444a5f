package graph

import (
	"context"
	"sync/atomic"

	"github.com/weftql/weft/subgraphs/internal/batch"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/users"
)

// loaders read what belongs to rows for all rows that were read together. They
// are made for one request and its viewer, and made again after each change.
type loaders struct {
	service users.Service
	viewer  users.Viewer
	// The ids of users that were read, and of those who did what is in the audit log
	// or what notifications tell of.
	userIDs, actorIDs batch.Siblings[string]

	settings *batch.Loader[string, *users.NotificationSettings]
	user     *batch.Loader[string, *users.User]

	notification      *batch.Pages[string, users.NotificationArgs, *users.NotificationConnection]
	notificationCount *batch.Pages[string, bool, int32]

	sessions     *batch.Pages[string, page.Args, *users.SessionConnection]
	sessionCount *batch.Loader[string, int32]
}

// loadersKey is the key of the loaders in a request's context.
type loadersKey struct{}

// WithLoaders prepares the context of one request, which has its caller already.
func WithLoaders(ctx context.Context, service users.Service) context.Context {
	current := new(atomic.Pointer[loaders])
	current.Store(newLoaders(viewer(ctx), service))
	return context.WithValue(ctx, loadersKey{}, current)
}

// load returns the loaders of the request.
func load(ctx context.Context) *loaders { return current(ctx).Load() }

// forget gives the request new loaders: what the old ones have read may have
// changed.
func forget(ctx context.Context) {
	place := current(ctx)
	place.Store(newLoaders(viewer(ctx), place.Load().service))
}

func current(ctx context.Context) *atomic.Pointer[loaders] {
	place, ok := ctx.Value(loadersKey{}).(*atomic.Pointer[loaders])
	if !ok {
		panic("users/graph: a request's context must come from WithLoaders")
	}
	return place
}

func newLoaders(me users.Viewer, service users.Service) *loaders {
	l := &loaders{service: service, viewer: me} // its functions refer to nothing else
	l.settings = batch.NewLoader(&l.userIDs, func(ctx context.Context, ids []string) ([]*users.NotificationSettings, error) {
		return l.service.NotificationSettings(ctx, l.viewer, ids)
	})
	l.user = batch.NewLoader(&l.actorIDs, func(ctx context.Context, ids []string) ([]*users.User, error) {
		found, err := l.service.UsersByID(ctx, l.viewer, ids)
		l.sawUsers(found)
		return found, err
	})
	l.notification = batch.NewPages(&l.userIDs, func(ctx context.Context, ids []string, args users.NotificationArgs) ([]*users.NotificationConnection, error) {
		connections, err := l.service.Notifications(ctx, l.viewer, ids, args)
		l.sawConnections(connections)
		return connections, err
	})
	l.notificationCount = batch.NewPages(&l.userIDs, func(ctx context.Context, ids []string, unreadOnly bool) ([]int32, error) {
		return l.service.CountNotifications(ctx, l.viewer, ids, unreadOnly)
	})
	l.sessions = batch.NewPages(&l.userIDs, func(ctx context.Context, ids []string, args page.Args) ([]*users.SessionConnection, error) {
		return l.service.Sessions(ctx, l.viewer, ids, args)
	})
	l.sessionCount = batch.NewLoader(&l.userIDs, func(ctx context.Context, ids []string) ([]int32, error) {
		return l.service.CountSessions(ctx, l.viewer, ids)
	})
	return l
}

// usersByID reads users, and notes that they were read together.
func (r *Resolver) usersByID(ctx context.Context, ids []string) ([]*users.User, error) {
	found, err := r.Service.UsersByID(ctx, viewer(ctx), ids)
	load(ctx).sawUsers(found)
	return found, err
}

// notificationsByID reads notifications, and notes who did what they tell of.
func (r *Resolver) notificationsByID(ctx context.Context, ids []string) ([]*users.Notification, error) {
	found, err := r.Service.NotificationsByID(ctx, viewer(ctx), ids)
	load(ctx).sawNotifications(found)
	return found, err
}

// sawUsers notes users that were read together; nil ones do not exist.
func (l *loaders) sawUsers(all []*users.User) {
	l.userIDs.Add(func() []string {
		ids := make([]string, 0, len(all))
		for _, user := range all {
			if user != nil {
				ids = append(ids, user.ID)
			}
		}
		return ids
	})
}

// sawEdges notes the users of a page.
func (l *loaders) sawEdges(edges []users.UserEdge) {
	all := make([]*users.User, len(edges))
	for i, edge := range edges {
		all[i] = edge.Node
	}
	l.sawUsers(all)
}

// sawEntries notes who did what is on a page of the audit log.
func (l *loaders) sawEntries(edges []users.AuditEdge) {
	l.actorIDs.Add(func() []string {
		ids := make([]string, 0, len(edges))
		for _, edge := range edges {
			if edge.Node.ActorID != nil {
				ids = append(ids, *edge.Node.ActorID)
			}
		}
		return ids
	})
}

// sawConnections notes who did what users are told of.
func (l *loaders) sawConnections(connections []*users.NotificationConnection) {
	for _, connection := range connections {
		if connection == nil {
			continue
		}
		all := make([]*users.Notification, len(connection.Edges))
		for i, edge := range connection.Edges {
			all[i] = edge.Node
		}
		l.sawNotifications(all)
	}
}

// sawNotifications notes who did what notifications tell of; nil ones do not exist.
func (l *loaders) sawNotifications(all []*users.Notification) {
	l.actorIDs.Add(func() []string {
		ids := make([]string, 0, len(all))
		for _, one := range all {
			if one != nil && one.ActorID != nil {
				ids = append(ids, *one.ActorID)
			}
		}
		return ids
	})
}
