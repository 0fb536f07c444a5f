package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/identity"
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
	`mutation ($a: String!) { it: deleteAccount(password: $a) { errors { message code path } } }`,
	`mutation ($a: ID!) { it: setUserRoles(userId: $a, roles: [ADMIN]) { user { id } errors { message code path } } }`,
	`mutation ($a: ID!) { it: setUserStatus(userId: $a, status: SUSPENDED) { user { id } errors { message code path } } }`,
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

// TestEveryAccountMutationIsFuzzed compares the list above with the schema.
func TestEveryAccountMutationIsFuzzed(t *testing.T) {
	t.Parallel()
	all := strings.Join(accountMutations, "\n")
	for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		switch field.Name {
		case "register", "login", "refreshSession", "logout", "revokeSession", "revokeAllSessions":
			continue // not of accounts
		}
		if !strings.Contains(all, " "+field.Name+"(") && !strings.Contains(all, " "+field.Name+" {") {
			t.Errorf("%s is not fuzzed", field.Name)
		}
	}
}
