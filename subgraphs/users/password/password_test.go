package password_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/weftql/weft/subgraphs/users/password"
)

func hasher(t *testing.T, cfg password.Config) *password.Hasher {
	t.Helper()
	h, err := password.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	h := hasher(t, password.Config{})
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q", hash)
	}
	again, err := h.Hash(t.Context(), "correct horse")
	if err != nil || again == hash {
		t.Errorf("the same salt twice, or %v", err)
	}
	// From the tests of the reference implementation (phc-winner-argon2, src/test.c).
	const reference = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	// From the tests of jBCrypt (TestBCrypt.java).
	const bcryptABC = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"
	long := bcryptOf(t, strings.Repeat("x", 72), bcrypt.MinCost)
	for _, c := range []struct {
		name, password, hash string
		want                 bool
	}{
		{"the password", "correct horse", hash, true},
		{"another password", "correct horsf", hash, false},
		{"no password", "", hash, false},
		{"no account", "correct horse", "", false},
		{"the reference's hash", "password", reference, true},
		{"another of the reference's", "passwore", reference, false},
		{"bcrypt", "abc", bcryptABC, true},
		{"bcrypt as OpenBSD writes it", "abc", strings.Replace(bcryptABC, "$2a$", "$2b$", 1), true},
		{"bcrypt as PHP writes it", "abc", strings.Replace(bcryptABC, "$2a$", "$2y$", 1), true},
		{"another of bcrypt's", "abd", bcryptABC, false},
		{"nothing of bcrypt's", "", bcryptABC, false},
		{"bcrypt of 72 bytes, and what it never saw", strings.Repeat("x", 100), long, true},
		{"bcrypt of 71 bytes", strings.Repeat("x", 71), long, false},
	} {
		got, err := h.Verify(t.Context(), c.password, c.hash)
		if err != nil || got != c.want {
			t.Errorf("%s: %t, %v; want %t", c.name, got, err, c.want)
		}
	}
}

func bcryptOf(t *testing.T, plain string, cost int) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(plain), cost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

func TestOutdated(t *testing.T) {
	t.Parallel()
	hash, err := hasher(t, password.Config{}).Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		hash: false, bcryptOf(t, "x", bcrypt.MinCost): true, strings.Replace(hash, "m=19456", "m=4096", 1): true, strings.Replace(hash, "t=2", "t=1", 1): true,
	} {
		if got := password.Outdated(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestVerifyRefusesForeignHashes(t *testing.T) {
	t.Parallel()
	h := hasher(t, password.Config{})
	for _, hash := range []string{
		"$2b$15$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "$2x$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "$2a$", "$2a$99$x",
		"plain", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	} {
		if ok, err := h.Verify(t.Context(), "password", hash); ok || err == nil {
			t.Errorf("%q: %t, %v", hash, ok, err)
		}
	}
}

func TestHasherIsBounded(t *testing.T) {
	t.Parallel()
	h := hasher(t, password.Config{Concurrency: 1, MaxWaiting: 1})
	const callers = 20
	results := make(chan error, callers)
	var start, group sync.WaitGroup
	start.Add(1)
	for range callers {
		group.Go(func() {
			start.Wait()
			_, err := h.Hash(context.Background(), "correct horse")
			results <- err
		})
	}
	start.Done()
	group.Wait()
	close(results)
	var done, busy int
	for err := range results {
		switch {
		case err == nil:
			done++
		case errors.Is(err, password.ErrBusy):
			busy++
		default:
			t.Error(err)
		}
	}
	if done < 2 || busy == 0 || done+busy != callers {
		t.Errorf("%d hashes and %d refusals of %d, want some of each", done, busy, callers)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	h := hasher(t, password.Config{Concurrency: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 { // which of two ready channels is taken is left to chance
		if _, err := h.Hash(ctx, "correct horse"); errors.Is(err, context.Canceled) {
			return
		}
	}
	t.Error("a cancelled caller is always served")
}
