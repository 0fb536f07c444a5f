package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/users"
)

// usersScope binds a cursor to the viewer, the filter and the order.
func usersScope(viewer users.Viewer, filter users.UserFilter, order users.UserOrder) string {
	return viewer.ID + "\nusers " + filter.String() + "\n" + string(order.Field) + " " + string(order.Direction)
}

// Users implements users.Service.
func (s *Service) Users(ctx context.Context, viewer users.Viewer, filter users.UserFilter, order users.UserOrder, args page.Args) (*users.UserConnection, error) {
	if err := viewer.RequireAdmin(); err != nil {
		return nil, err
	}
	filter, err := filter.Normalize()
	if err != nil {
		return nil, err
	}
	scope := usersScope(viewer, filter, order)
	window, err := s.deps.Cursors.Window(scope, args)
	if err != nil {
		return nil, err
	}
	search := newUserSearch(filter)
	rows, err := s.deps.Pool.Query(ctx, search.page(order, window), withPlan(search.values)...)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	type found struct {
		user *users.User
		name string // as the order by names has it
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f found, err error) {
		f.user, err = scanUserAnd(row, &f.name)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	all, info := page.Slice(window, all)
	connection := &users.UserConnection{Edges: make([]users.UserEdge, len(all)), PageInfo: info, Filter: filter}
	for i, one := range all {
		viewer.Redact(one.user)
		key, err := id.Parse(id.User, one.user.ID)
		if err != nil {
			return nil, err
		}
		position := page.Position{At: one.user.CreatedAt, ID: key}
		if order.Field == users.OrderByDisplayName {
			position.Key = one.name
		}
		connection.Edges[i] = users.UserEdge{Cursor: s.deps.Cursors.Cursor(scope, position), Node: one.user}
	}
	if len(all) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(all)-1].Cursor
	}
	return connection, nil
}

// CountUsers implements users.Service.
func (s *Service) CountUsers(ctx context.Context, viewer users.Viewer, filter users.UserFilter) (int32, error) {
	if err := viewer.RequireAdmin(); err != nil {
		return 0, err
	}
	filter, err := filter.Normalize()
	if err != nil {
		return 0, err
	}
	search := newUserSearch(filter)
	var n int32
	if err := s.deps.Pool.QueryRow(ctx, `select count(*) from users where `+search.where(), withPlan(search.values)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count users: %w", err)
	}
	return n, nil
}

// withPlan has a statement with these values planned each time. What a filter finds
// can be rare or nearly everything, each with an index of its own: a plan for any
// values, which PostgreSQL keeps of a statement that it has seen often, would read a
// table to its end for what is rare.
func withPlan(values []any) []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, values...)
}

// userSearch is a search as conditions of SQL and their values. The conditions are
// written as those of the indexes are.
type userSearch struct {
	conditions []string
	values     []any
}

func newUserSearch(filter users.UserFilter) *userSearch {
	s := &userSearch{conditions: []string{"deleted_at is null"}}
	if filter.Search != nil {
		s.and("lower(display_name) || ' ' || email_key like lower(" + s.value("%"+escapeLike(*filter.Search)+"%") + "::text)")
	}
	if filter.Status != nil {
		s.and("status = " + s.value(*filter.Status))
	}
	// Everybody is a user: the role is no condition.
	if filter.Role != nil && *filter.Role == users.RoleAdmin {
		s.and("roles @> '{ADMIN}'")
	}
	return s
}

// value adds a value and returns the parameter that stands for it.
func (s *userSearch) value(v any) string {
	s.values = append(s.values, v)
	return fmt.Sprintf("$%d", len(s.values))
}

func (s *userSearch) and(condition string) { s.conditions = append(s.conditions, condition) }

func (s *userSearch) where() string { return strings.Join(s.conditions, " and ") }

// page is the statement for the rows of a window, and one more.
func (s *userSearch) page(order users.UserOrder, window page.Window) string {
	key := "created_at"
	if order.Field == users.OrderByDisplayName {
		key = "lower(display_name)"
	}
	descending := (order.Direction == users.Descending) != window.Backward
	after, before := ">", "<"
	if order.Direction == users.Descending {
		after, before = before, after
	}
	s.beyond(key, after, window.After)
	s.beyond(key, before, window.Before)
	direction := ""
	if descending {
		direction = " desc"
	}
	return `select ` + columns + `, lower(display_name) from users where ` + s.where() +
		` order by ` + key + direction + `, id` + direction + ` limit ` + s.value(window.Limit+1)
}

// beyond bounds the page by a cursor, if there is one.
func (s *userSearch) beyond(key, comparison string, position *page.Position) {
	if position == nil {
		return
	}
	var at any = position.At
	if position.Key != "" {
		at = position.Key
	}
	s.and("(" + key + ", id) " + comparison + " (" + s.value(at) + ", " + s.value(position.ID) + ")")
}

// escapeLike has a text stand for itself in a pattern of LIKE.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
