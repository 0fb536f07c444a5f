package graph_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users/graph"
)

// accountMutations are mutations with the variables $a and $b, which take texts,
// and $n.
var accountMutations = []string{
	`mutation ($a: String!) { it: verifyEmail(token: $a) { user { id } errors { message code path } } }`,
	`mutation { it: resendVerification { errors { message code path } } }`,
	`mutation ($a: EmailAddress!) { it: requestPasswordReset(email: $a) { errors { message code path } } }`,
	`mutation ($a: String!, $b: String!) { it: resetPassword(token: $a, newPassword: $b) { errors { message code path } } }`,
	`mutation ($a: String!, $b: String!) { it: changePassword(currentPassword: $a, newPassword: $b) { errors { message code path } } }`,
	`mutation ($a: String!, $b: String!, $n: Int!) { it: updateProfile(input: {displayName: $a, avatarUrl: $b, expectedVersion: $n}) { user { id } errors { message code path } } }`,
	`mutation ($a: TimeZone!, $b: String!) { it: updateProfile(input: {displayName: $b, timeZone: $a}) { user { id displayName avatarUrl } errors { message code path } } }`,
	`mutation ($b: String!) { it: updateProfile(input: {avatarUrl: $b}) { user { id avatarUrl } errors { message code path } } }`,
	`mutation ($n: Int!) { it: updateNotificationSettings(input: {digestHour: $n}) { user { notificationSettings { digestHour } } errors { message code path } } }`,
	`mutation ($n: Int!) { it: updateNotificationSettings(input: {quietFrom: $n, quietTo: $n}) { user { notificationSettings { quietFrom } } errors { message code path } } }`,
	`mutation ($a: Locale!) { it: updateProfile(input: {locale: $a}) { user { locale } errors { message code path } } }`,
	`mutation ($a: ID!, $b: ID!) { it: markNotificationsRead(input: {ids: [$a, $b]}) { notifications { id } errors { message code path } } }`,
	`mutation ($a: ID!) { it: markAllNotificationsRead(input: {before: $a}) { marked errors { message code path } } }`,
	`mutation ($a: String!) { it: deleteAccount(password: $a) { errors { message code path } } }`,
	`mutation ($a: ID!) { it: setUserRoles(userId: $a, roles: [ADMIN]) { user { id } errors { message code path } } }`,
	`mutation ($a: ID!) { it: setUserStatus(userId: $a, status: SUSPENDED) { user { id } errors { message code path } } }`,
}

// sessionMutations are those of logins and sessions, with the same variables.
var sessionMutations = []string{
	`mutation ($a: EmailAddress!, $b: String!) { it: register(input: {email: $a, password: $b, displayName: $b}) { user { id } errors { message code path } } }`,
	`mutation ($a: TimeZone!, $b: String!) { it: register(input: {email: "eve@example.com", password: "short", displayName: $b, timeZone: $a}) { user { id } errors { message code path } } }`,
	`mutation ($a: EmailAddress!, $b: String!) { it: login(input: {email: $a, password: $b}) { user { id } tokens { accessToken } retryAfter errors { message code path } } }`,
	`mutation ($a: EmailAddress!, $b: String!) { it: login(input: {email: $a, password: $b, delivery: COOKIE}) { user { id } errors { message code path } } }`,
	`mutation ($a: String!) { it: refreshSession(input: {refreshToken: $a}) { user { id } tokens { refreshToken } errors { message code path } } }`,
	`mutation ($a: String!) { it: logout(input: {refreshToken: $a}) { errors { message code path } } }`,
	`mutation ($a: ID!) { it: revokeSession(input: {sessionId: $a}) { session { id device } errors { message code path } } }`,
	`mutation { it: revokeAllSessions(input: {exceptCurrent: true}) { revoked errors { message code path } } }`,
}

// FuzzSessionMutations sends texts to every mutation of sessions, from hostile
// places, by a cookie too.
func FuzzSessionMutations(f *testing.F) {
	b := setup(f)
	caller := b.register(f, "ada@example.com")
	for i := range sessionMutations {
		f.Add(uint8(i), "", "", "", "")
		f.Add(uint8(i), "ada@example.com", "correct horse battery", "192.0.2.1", browser.UserAgent)
		f.Add(uint8(i), "a\x00b\xff", "\u202e'; drop table users; --", "::ffff:192.0.2.1%eth0", "\x00\xff")
		f.Add(uint8(i), "wrt_"+strings.Repeat("A", 43), strings.Repeat("x", 300), "2001:db8::/32", strings.Repeat("ä", 600))
		f.Add(uint8(i), "ses_00000000000000000000000000", "\r\nSet-Cookie: a=b", "-1", "Mozilla/5.0 (")
	}
	f.Fuzz(func(t *testing.T, mutation uint8, first, second, address, userAgent string) {
		operation := sessionMutations[int(mutation)%len(sessionMutations)]
		variables := map[string]any{}
		for name, value := range map[string]any{"a": first, "b": second} {
			if strings.Contains(operation, "$"+name+":") {
				variables[name] = value
			}
		}
		body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		caller.Address, caller.UserAgent = address, userAgent
		request := b.Request(t, caller, body)
		request.Header.Set("Cookie", "__Host-weft-refresh="+second)
		response := b.Send(t, request)
		response.WantCodes(t)
		wantFormErrors(t, operation, response)
		if text := b.log.String(); text != "" {
			t.Errorf("the log says %s", text)
		}
	})
}

// wantFormErrors wants errors in the payload that a form can show, if any.
func wantFormErrors(t *testing.T, operation string, response servertest.Response) {
	t.Helper()
	var data struct {
		It struct {
			Errors []struct {
				Message, Code string
				Path          []string
			}
		}
	}
	if err := json.Unmarshal(response.Data, &data); err != nil {
		t.Fatalf("%v: %s", err, response.Data)
	}
	for _, one := range data.It.Errors {
		if one.Message == "" || one.Code == "" || len(one.Path) == 0 {
			t.Errorf("%s: error %+v is not for a form", operation, one)
		}
	}
}

// FuzzAccountMutations sends texts to every mutation of accounts: as an
// administrator, who may call all of them, each answers with data or with errors
// in its payload.
func FuzzAccountMutations(f *testing.F) {
	b := setup(f)
	root := b.makeAdmin(f, "root@example.com")
	for i := range accountMutations {
		f.Add(uint8(i), "", "", int32(0))
		f.Add(uint8(i), "ada@example.com", "https://example.com/a.png", int32(8))
		f.Add(uint8(i), "a\x00b\xff", "\u202e'; drop table users; --", int32(-1))
		f.Add(uint8(i), strings.Repeat("A", 26), strings.Repeat("x", 300), int32(1<<31-1))
		f.Add(uint8(i), "usr_00000000000000000000000000", "../../etc/passwd", int32(23))
	}
	f.Fuzz(func(t *testing.T, mutation uint8, first, second string, number int32) {
		operation := accountMutations[int(mutation)%len(accountMutations)]
		variables := map[string]any{}
		for name, value := range map[string]any{"a": first, "b": second, "n": number} {
			if strings.Contains(operation, "$"+name+":") {
				variables[name] = value
			}
		}
		response := b.Do(t, root, operation, variables)
		response.WantCodes(t)
		wantFormErrors(t, operation, response)
		if text := b.log.String(); text != "" {
			t.Errorf("the log says %s", text)
		}
		// Whoever sends the same without being logged in is told so, or gets errors too.
		for _, code := range b.Do(t, identity.Claims{}, operation, variables).Codes() {
			if code != "UNAUTHENTICATED" {
				t.Errorf("%s: %s for nobody", operation, code)
			}
		}
	})
}

// TestEveryMutationIsFuzzed compares the lists above with the schema.
func TestEveryMutationIsFuzzed(t *testing.T) {
	t.Parallel()
	all := strings.Join(append(slices.Clone(accountMutations), sessionMutations...), "\n")
	for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		if !strings.Contains(all, " "+field.Name+"(") && !strings.Contains(all, " "+field.Name+" {") {
			t.Errorf("%s is not fuzzed", field.Name)
		}
	}
}
