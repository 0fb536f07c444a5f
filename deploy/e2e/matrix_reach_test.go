package e2e

import "regexp"

// place is where a field is asked for, or what for: an operation or arguments, under
// a name that a row of the matrix may be about. Several can have the same.
type place struct{ name, text string }

// reaches are the places where the fields of each type are asked for: operations with
// "<>" for the field. What is in braces is an id of the matrix' world, or
// with a "+" that of something new (matrix.thing).
//
// The same type is reached in all ways that could be guarded differently: by its id,
// by node and nodes, through other objects of its own service, and through the other
// service, which resolves it by its key (_entities).
var reaches = map[string][]place{
	"Node": {
		{"node", `{ node(id: {todo}) { <> } }`},
		{"node", `{ nodes(ids: [{list}]) { <> } }`},
	},
	"PageInfo": {
		{"list", `{ todoList(id: {list}) { todos(first: 1) { pageInfo { <> } } } }`},
		{"users", `{ users(first: 1) { pageInfo { <> } } }`},
		{"users", `{ auditLog(first: 1) { pageInfo { <> } } }`},
	},
	"UserError": {
		{"todos", `mutation { createTodoList(input: {name: ""}) { errors { <> } } }`},
		{"users", `mutation { register(input: {email: {+email}, password: "short", displayName: "Xenia"}) { errors { <> } } }`},
	},

	"User": {
		{"me", `{ me { <> } }`},
		{"user", `{ user(id: {owner}) { <> } }`},
		{"node", `{ node(id: {owner}) { ... on User { <> } } }`},
		{"node", `{ nodes(ids: [{owner}]) { ... on User { <> } } }`},
		{"entity", `{ todoList(id: {list}) { owner { <> } } }`},
		{"audit", `{ auditLog(first: 1, action: "status.set") { edges { node { actor { <> } } } } }`},
	},
	"UserConnection": {{"users", `{ users(first: 1) { <> } }`}},
	"Notification": {
		{"me", `{ node(id: {+notification}) { id } me { notifications(first: 100) { edges { node { <> } } } } }`},
		{"user", `{ user(id: {owner}) { notifications(first: 100) { edges { node { <> } } } } }`},
		{"node", `{ node(id: {+notification}) { ... on Notification { <> } } }`},
		{"another", `{ node(id: {notification}) { ... on Notification { <> } } }`},
		{"another", `{ nodes(ids: [{notification}]) { ... on Notification { <> } } }`},
	},
	"NotificationConnection": {
		{"me", `{ node(id: {+notification}) { id } me { notifications { <> } } }`},
		{"user", `{ user(id: {owner}) { notifications { <> } } }`},
	},
	"NotificationEdge": {
		{"me", `{ node(id: {+notification}) { id } me { notifications { edges { <> } } } }`},
		{"user", `{ user(id: {owner}) { notifications { edges { <> } } } }`},
	},
	"MarkNotificationsReadPayload": {
		{"own", `mutation { markNotificationsRead(input: {ids: [{+notification}]}) { <> } }`},
		{"none", `mutation { markNotificationsRead(input: {ids: ["ntf_x"]}) { <> } }`},
	},
	"MarkAllNotificationsReadPayload": {
		{"some", `mutation { markAllNotificationsRead(input: {before: {+notification}}) { <> } }`},
		{"none", `mutation { markAllNotificationsRead(input: {before: "ntf_x"}) { <> } }`},
	},
	"NotificationSettings": {
		{"me", `{ me { notificationSettings { <> } } }`},
		{"user", `{ user(id: {owner}) { notificationSettings { <> } } }`},
	},
	"SessionConnection": {
		{"me", `{ me { sessions { <> } } }`},
		{"user", `{ user(id: {owner}) { sessions { <> } } }`},
	},
	"SessionEdge": {
		{"me", `{ me { sessions { edges { <> } } } }`},
		{"user", `{ user(id: {owner}) { sessions { edges { <> } } } }`},
	},
	"Session": {
		{"me", `{ me { sessions { edges { node { <> } } } } }`},
		{"user", `{ user(id: {owner}) { sessions { edges { node { <> } } } } }`},
	},
	"RefreshSessionPayload": {
		{"new", `mutation { refreshSession(input: {refreshToken: {+refresh}}) { <> } }`},
		{"refused", `mutation { refreshSession(input: {refreshToken: "none"}) { <> } }`},
	},
	"LogoutPayload": {{"nobody", `mutation { logout(input: {refreshToken: {+refresh}}) { <> } }`}},
	"RevokeSessionPayload": {
		{"own", `mutation { revokeSession(input: {sessionId: {+mine}}) { <> } }`},
		{"another", `mutation { revokeSession(input: {sessionId: {+session}}) { <> } }`},
	},
	"RevokeAllSessionsPayload": {{"others", `mutation { revokeAllSessions(input: {exceptCurrent: true}) { <> } }`}},
	"AuditConnection":          {{"log", `{ auditLog { <> } }`}},
	"AuditEdge":                {{"log", `{ auditLog { edges { <> } } }`}},
	"AuditEntry":               {{"log", `{ auditLog(first: 100) { edges { node { <> } } } }`}},
	"OkPayload": {
		{"resend", `mutation { resendVerification { <> } }`},
		{"refused", `mutation { changePassword(currentPassword: "a wrong one", newPassword: "short") { <> } }`},
	},
	"UserPayload": {
		{"profile", `mutation { updateProfile(input: {timeZone: "Europe/Berlin"}) { <> } }`},
		{"refused", `mutation { updateProfile(input: {displayName: ""}) { <> } }`},
	},
	"UserEdge": {{"users", `{ users(first: 1) { edges { <> } } }`}},
	"AuthPayload": {
		{"register", `mutation { register(input: {email: {+email}, password: "correct horse", displayName: "Xenia"}) { <> } }`},
		{"refused", `mutation { register(input: {email: {+email}, password: "short", displayName: "Xenia"}) { <> } }`},
		{"throttled", `mutation { login(input: {email: {throttled}, password: "a wrong one"}) { <> } }`},
	},
	"AuthTokens": {{"register", `mutation { register(input: {email: {+email}, password: "correct horse", displayName: "Xenia"}) { tokens { <> } } }`}},

	"TodoList": {
		{"todoList", `{ todoList(id: {list}) { <> } }`},
		{"node", `{ node(id: {list}) { ... on TodoList { <> } } }`},
		{"node", `{ nodes(ids: [{list}]) { ... on TodoList { <> } } }`},
		{"todo", `{ todo(id: {todo}) { list { <> } } }`},
		{"user", `{ user(id: {owner}) { todoLists { edges { node { <> } } } } }`},
	},
	"ListMember":         {{"todoList", `{ todoList(id: {list}) { members { <> } } }`}},
	"TodoListConnection": {{"me", `{ me { todoLists { <> } } }`}, {"user", `{ user(id: {owner}) { todoLists { <> } } }`}},
	"TodoListEdge":       {{"me", `{ me { todoLists { edges { <> } } } }`}, {"user", `{ user(id: {owner}) { todoLists { edges { <> } } } }`}},
	"Todo": {
		{"todo", `{ todo(id: {todo}) { <> } }`},
		{"node", `{ node(id: {todo}) { ... on Todo { <> } } }`},
		{"node", `{ nodes(ids: [{todo}]) { ... on Todo { <> } } }`},
		{"list", `{ todoList(id: {list}) { todos(first: 100, filter: {status: [DONE]}) { edges { node { <> } } } } }`},
		{"search", `{ searchTodos(query: "wash", listId: {list}) { edges { node { <> } } } }`},
		{"assigned", `{ user(id: {owner}) { assignedTodos(filter: {status: [DONE]}) { edges { node { <> } } } } }`},
	},
	"TodoConnection": {
		{"list", `{ todoList(id: {list}) { todos { <> } } }`},
		{"search", `{ searchTodos(query: "wash") { <> } }`},
		{"assigned", `{ user(id: {owner}) { assignedTodos { <> } } }`},
		{"today", `{ user(id: {owner}) { dueToday { <> } } }`},
	},
	"TodoEdge": {
		{"list", `{ todoList(id: {list}) { todos { edges { <> } } } }`},
		{"search", `{ searchTodos(query: "wash") { edges { <> } } }`},
		{"assigned", `{ user(id: {owner}) { assignedTodos { edges { <> } } } }`},
		{"today", `{ user(id: {owner}) { dueToday { edges { <> } } } }`},
	},
	"TodoEventConnection": {{"todo", `{ todo(id: {todo}) { history { <> } } }`}},
	"TodoEventEdge":       {{"todo", `{ todo(id: {todo}) { history { edges { <> } } } }`}},
	"TodoEvent":           {{"todo", `{ todo(id: {todo}) { history { edges { node { <> } } } } }`}},
	"TodoFieldChange":     {{"todo", `{ todo(id: {todo}) { history(first: 100) { edges { node { changes { <> } } } } } }`}},
	"TodoStats": {
		{"list", `{ todoList(id: {list}) { stats { <> } } }`},
		{"user", `{ user(id: {owner}) { todoStats { <> } } }`},
	},
	"Tag": {
		{"list", `{ todoList(id: {list}) { tags { <> } } }`},
		{"todo", `{ todo(id: {todo}) { tags { <> } } }`},
	},

	"TodoListPayload":         {{"rename", `mutation { renameTodoList(input: {id: {list}, name: "Home"}) { <> } }`}},
	"DeleteTodoListPayload":   {{"delete", `mutation { deleteTodoList(input: {id: {+list}}) { <> } }`}},
	"RemoveListMemberPayload": {{"remove", `mutation { removeListMember(input: {listId: {list}, userId: {+member}}) { <> } }`}},
	"TodoPayload":             {{"update", `mutation { updateTodo(input: {id: {todo}, title: "Wash the car"}) { <> } }`}},
	"CompleteTodosPayload":    {{"complete", `mutation { completeTodos(input: {ids: [{+todo}]}) { <> } }`}},
	"DeleteTodoPayload":       {{"delete", `mutation { deleteTodo(input: {id: {+todo}}) { <> } }`}},
	"TagPayload":              {{"create", `mutation { createTag(input: {listId: {list}, name: {+name}}) { <> } }`}},
	"DeleteTagPayload":        {{"delete", `mutation { deleteTag(input: {id: {+tag}}) { <> } }`}},
}

// arguments are those of the fields that need some, by what they are about: a row is
// for all of them, or for one ("Mutation.removeListMember@oneself").
var arguments = map[string][]place{
	"Query.user":        {{"another", `(id: {owner})`}},
	"Query.node":        {{"todo", `(id: {todo})`}, {"list", `(id: {list})`}, {"user", `(id: {owner})`}},
	"Query.nodes":       {{"all", `(ids: [{todo}, {list}, {owner}])`}},
	"Query.todo":        {{"todo", `(id: {todo})`}},
	"Query.todoList":    {{"list", `(id: {list})`}},
	"Query.searchTodos": {{"all", `(query: "wash")`}, {"list", `(query: "wash", listId: {list})`}},

	"Mutation.register":                   {{"new", `(input: {email: {+email}, password: "correct horse", displayName: "Xenia"})`}},
	"Mutation.refreshSession":             {{"new", `(input: {refreshToken: {+refresh}})`}},
	"Mutation.logout":                     {{"own", ``}, {"another", `(input: {refreshToken: {+refresh}})`}},
	"Mutation.revokeSession":              {{"own", `(input: {sessionId: {+mine}})`}, {"another", `(input: {sessionId: {+session}})`}},
	"Mutation.revokeAllSessions":          {{"own", ``}},
	"Mutation.verifyEmail":                {{"new", `(token: {+verification})`}},
	"Mutation.requestPasswordReset":       {{"account", `(email: {+account})`}, {"nobody", `(email: {+email})`}},
	"Mutation.resetPassword":              {{"account", `(token: {+reset}, newPassword: "staple battery horse")`}},
	"Mutation.changePassword":             {{"own", `(currentPassword: "correct horse battery", newPassword: "staple battery horse")`}},
	"Mutation.updateProfile":              {{"own", `(input: {displayName: "Xenia"})`}},
	"Mutation.updateNotificationSettings": {{"own", `(input: {digestHour: 8})`}},
	"Mutation.markNotificationsRead":      {{"own", `(input: {ids: [{+notification}]})`}, {"another", `(input: {ids: [{notification}]})`}},
	"Mutation.markAllNotificationsRead":   {{"own", ``}},
	"Mutation.deleteAccount":              {{"own", `(password: "correct horse battery")`}},
	"Mutation.setUserRoles":               {{"another", `(userId: {+user}, roles: [ADMIN])`}},
	"Mutation.setUserStatus":              {{"another", `(userId: {+user}, status: SUSPENDED)`}},

	"Mutation.login": {{"new", `(input: {email: {+account}, password: "correct horse battery"})`}},

	"Mutation.createTodoList":   {{"own", `(input: {name: "Garden"})`}},
	"Mutation.renameTodoList":   {{"list", `(input: {id: {list}, name: "Home"})`}},
	"Mutation.deleteTodoList":   {{"list", `(input: {id: {+list}})`}},
	"Mutation.setListMember":    {{"new", `(input: {listId: {list}, userId: {extra}, role: VIEWER})`}, {"promotion", `(input: {listId: {list}, userId: {+member}, role: EDITOR})`}},
	"Mutation.removeListMember": {{"another", `(input: {listId: {list}, userId: {+member}})`}, {"oneself", `(input: {listId: {list}, userId: {me}})`}},
	"Mutation.createTodo":       {{"list", `(input: {listId: {list}, title: "Wash the dog", assigneeIds: [{owner}], tagIds: [{tag}]})`}},
	"Mutation.updateTodo":       {{"todo", `(input: {id: {todo}, title: "Wash the car"})`}},
	"Mutation.setTodoStatus":    {{"todo", `(input: {id: {+todo}, status: IN_PROGRESS})`}},
	"Mutation.assignTodo":       {{"todo", `(input: {id: {+todo}, assigneeIds: [{editor}]})`}},
	"Mutation.completeTodos":    {{"todo", `(input: {ids: [{+todo}]})`}},
	"Mutation.deleteTodo":       {{"todo", `(input: {id: {+todo}})`}},
	"Mutation.restoreTodo":      {{"todo", `(input: {id: {+deleted}})`}},
	"Mutation.createTag":        {{"list", `(input: {listId: {list}, name: {+name}})`}},
	"Mutation.renameTag":        {{"tag", `(input: {id: {+tag}, name: {+name}})`}},
	"Mutation.deleteTag":        {{"tag", `(input: {id: {+tag}})`}},
	"Mutation.tagTodo":          {{"todo", `(input: {id: {+todo}, tagIds: [{tag}]})`}},
}

// ending finds the mutations after which their caller is not logged in any more, or
// not known by the same password, or no member of the list: they are sent by people
// who are there for nothing else.
var ending = regexp.MustCompile(`\b(logout|revokeSession|revokeAllSessions|changePassword|deleteAccount|removeListMember)\b`)
