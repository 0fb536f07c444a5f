package users_test

import (
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/users"
)

func FuzzParseRefreshToken(f *testing.F) {
	f.Add("wrt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("wrt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")
	f.Add("wrt_AAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAA")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if token, err := users.ParseRefreshToken(text); err == nil && token.String() != text {
			t.Errorf("%q and %q are the same token", text, token)
		}
	})
}

func TestSuccessor(t *testing.T) {
	t.Parallel()
	token, key, salt := users.RefreshToken{1}, []byte("key"), [16]byte{1}
	first := token.Successor(key, salt)
	if again := token.Successor(key, salt); again != first {
		t.Error("the successor is another one the second time")
	}
	for name, other := range map[string]users.RefreshToken{
		"another token": users.RefreshToken{2}.Successor(key, salt), "another key": token.Successor([]byte("other"), salt),
		"another salt": token.Successor(key, [16]byte{2}), "the token itself": token,
	} {
		if other == first {
			t.Errorf("%s gives the same successor", name)
		}
	}
	if hash := first.Hash(); strings.Contains(first.String(), string(hash[:])) || hash == [32]byte(first) {
		t.Error("the hash is the token")
	}
}
