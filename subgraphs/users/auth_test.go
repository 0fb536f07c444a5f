package users_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/users"
)

func FuzzRegisterInput(f *testing.F) {
	f.Add("ada@example.com", "correct horse battery", "Ada", "UTC")
	f.Add("a@b", "x", "", "")
	f.Add("\"a b\"@example.com", strings.Repeat("x", 300), "\u202e", "Europe/Berlin")
	f.Fuzz(func(t *testing.T, email, password, name, zone string) {
		in, err := users.RegisterInput{Email: email, Password: password, DisplayName: name, TimeZone: zone}.Normalize()
		var refused users.UserErrors
		if err != nil && (!errors.As(err, &refused) || len(refused) == 0) {
			t.Fatalf("error %v is not for a form", err)
		}
		for _, one := range refused {
			if one.Message == "" || one.Code != users.CodeBadInput || len(one.Path) != 2 {
				t.Errorf("error %+v", one)
			}
		}
		if err == nil && (strings.ContainsAny(in.Email, "\r\n\x00") || len(in.Email) > users.MaxEmailBytes || strings.TrimSpace(in.DisplayName) == "") {
			t.Errorf("%+v is accepted", in)
		}
	})
}

func TestPasswordsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, password, want string }{
		{"ten letters", "abcdefghij", ""},
		{"nine letters", "abcdefghi", "must have at least 10 characters"},
		{"five letters of ten bytes", "ééééé", "must have at least 10 characters"},
		{"three faces of twelve bytes", "😀😀😀", "must have at least 10 characters"},
		{"ten faces", strings.Repeat("😀", 10), ""},
		{"256 faces of 1,024 bytes", strings.Repeat("😀", 256), ""},
		{"257 letters", strings.Repeat("x", 257), "must not be longer than 256 characters"},
		{"257 faces", strings.Repeat("😀", 257), "must not be longer than 256 characters"},
	} {
		var refused users.UserErrors
		errors.As(users.CheckPassword(c.password, "newPassword"), &refused)
		if c.want == "" && refused != nil || c.want != "" && (len(refused) != 1 || refused[0].Message != c.want) {
			t.Errorf("%s: %v, want %q", c.name, refused, c.want)
		}
		if c.want == "" && len(c.password) > users.MaxPasswordBytes {
			t.Errorf("%s: nobody could log in with it", c.name)
		}
	}
}

func TestEmailKeyIgnoresCase(t *testing.T) {
	t.Parallel()
	if a, b := users.EmailKey(" Ada@Example.com"), users.EmailKey("aDA@example.COM "); a != b {
		t.Errorf("%q and %q differ", a, b)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		viewer users.Viewer
		sees   bool
	}{
		{"the user", users.Viewer{ID: "usr_1"}, true},
		{"an administrator", users.Viewer{ID: "usr_2", Admin: true}, true},
		{"somebody else", users.Viewer{ID: "usr_2"}, false},
		{"nobody", users.Viewer{}, false},
		{"nobody with a scope", users.Viewer{Admin: true}, false},
	} {
		email, verified, status := "ada@example.com", true, users.StatusActive
		u := users.User{ID: "usr_1", Email: &email, EmailVerified: &verified, Roles: []users.Role{users.RoleUser}, Status: &status}
		c.viewer.Redact(&u)
		if sees := u.Email != nil && u.EmailVerified != nil && u.Roles != nil && u.Status != nil; sees != c.sees {
			t.Errorf("%s: %+v, want seen %t", c.name, u, c.sees)
		}
		if hidden := u.Email == nil && u.EmailVerified == nil && u.Roles == nil && u.Status == nil; hidden == c.sees {
			t.Errorf("%s: %+v, want hidden %t", c.name, u, !c.sees)
		}
	}
}

func TestRedactDeletedAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		viewer users.Viewer
		want   string
	}{
		{"the user", users.Viewer{ID: "usr_1"}, "Deleted user"},
		{"somebody else", users.Viewer{ID: "usr_2"}, "Deleted user"},
		{"nobody", users.Viewer{Admin: true}, "Deleted user"},
		{"an administrator", users.Viewer{ID: "usr_2", Admin: true}, "Ada"},
	} {
		email, avatar, status := "ada@example.com", "https://example.com/a.png", users.StatusDeleted
		u := users.User{ID: "usr_1", DisplayName: "Ada", TimeZone: "Europe/London", AvatarURL: &avatar, Email: &email, Status: &status}
		c.viewer.Redact(&u)
		if hidden := u.AvatarURL == nil && u.Email == nil && u.Status == nil && u.TimeZone == "UTC"; u.DisplayName != c.want || hidden == (c.want == "Ada") {
			t.Errorf("%s: %+v", c.name, u)
		}
	}
}
