package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// Parameters of the hashes that are made.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	hashBytes = 32
)

// maxMemoryKiB, maxPasses and maxBcryptCost bound what a stored hash can make
// Verify do.
const (
	maxMemoryKiB  = 256 * 1024
	maxPasses     = 16
	maxBcryptCost = 14 // about a second
)

// maxBcryptBytes is what bcrypt looks at of a password.
const maxBcryptBytes = 72

// ErrBusy is returned when too many callers wait for a hash already.
var ErrBusy = errors.New("password: too many passwords are being checked")

// errRefused says that a stored hash cannot be verified.
var errRefused = errors.New("password: the stored hash is neither one of argon2id nor one of bcrypt, or would take too long")

// Config configures a Hasher.
type Config struct {
	// Concurrency is how many hashes are made at a time, 19 MiB each. Defaults to
	// the number of cores.
	Concurrency int
	// MaxWaiting is how many callers may wait beyond these. Defaults to 64 per
	// core, about two seconds.
	MaxWaiting int
}

// Hasher makes and checks hashes. It is safe for concurrent use.
type Hasher struct {
	slots   chan struct{} // one per hash in progress
	waiting chan struct{} // one per caller, in progress or not
	decoy   string
}

// New returns a Hasher.
func New(cfg Config) (*Hasher, error) {
	cores := runtime.GOMAXPROCS(0)
	if cfg.Concurrency == 0 {
		cfg.Concurrency = cores
	}
	if cfg.MaxWaiting == 0 {
		cfg.MaxWaiting = 64 * cores
	}
	if cfg.Concurrency < 0 || cfg.MaxWaiting < 0 {
		return nil, errors.New("password: Concurrency and MaxWaiting cannot be negative")
	}
	h := &Hasher{
		slots:   make(chan struct{}, cfg.Concurrency),
		waiting: make(chan struct{}, cfg.Concurrency+cfg.MaxWaiting),
	}
	decoy, err := h.Hash(context.Background(), rand.Text())
	if err != nil {
		return nil, err
	}
	h.decoy = decoy
	return h, nil
}

// Hash returns a hash of the password with a salt of its own, as a PHC string.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	p := phc{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt}
	key, err := h.key(ctx, password, p, hashBytes)
	if err != nil {
		return "", err
	}
	p.hash = key
	return p.String(), nil
}

// Verify tells whether hash is one of password, in a time that does not depend
// on the answer. An empty hash stands for an account that does not exist: it
// takes as long and is never a match.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (bool, error) {
	exists := hash != ""
	if !exists {
		hash = h.decoy
	}
	if isBcrypt(hash) {
		return h.verifyBcrypt(ctx, password, hash)
	}
	p, err := parse(hash)
	if err != nil {
		return false, err
	}
	key, err := h.key(ctx, password, p, len(p.hash))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.hash) == 1 && exists, nil
}

// Outdated tells whether a hash is not of the kind that Hash makes, so that it is
// to be replaced when the password is known.
func Outdated(hash string) bool {
	return !strings.HasPrefix(hash, phc{memory: memoryKiB, passes: passes, lanes: lanes}.parameters())
}

// isBcrypt tells whether a hash comes from a system that used bcrypt.
func isBcrypt(hash string) bool {
	return len(hash) > 4 && hash[0] == '$' && hash[1] == '2' && strings.IndexByte("aby", hash[2]) >= 0 && hash[3] == '$'
}

// verifyBcrypt is Verify for a hash of bcrypt, which never sees more than the
// first 72 bytes of a password.
func (h *Hasher) verifyBcrypt(ctx context.Context, password, hash string) (bool, error) {
	cost, err := bcrypt.Cost([]byte(hash))
	if err != nil || cost > maxBcryptCost {
		return false, errRefused
	}
	done, err := h.slot(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	err = bcrypt.CompareHashAndPassword([]byte(hash), []byte(password[:min(len(password), maxBcryptBytes)]))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	if err != nil {
		return false, errRefused
	}
	return true, nil
}

// key computes argon2id when there is a slot for it.
func (h *Hasher) key(ctx context.Context, password string, p phc, length int) ([]byte, error) {
	done, err := h.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(length)), nil
}

// slot waits until a hash may be computed, and returns what is to be called when
// it is.
func (h *Hasher) slot(ctx context.Context) (done func(), err error) {
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.waiting }, nil
	case <-ctx.Done():
		<-h.waiting
		return nil, ctx.Err()
	}
}

// phc is a hash with its parameters, in the PHC string format.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, hash     []byte
}

// String returns "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
func (p phc) String() string {
	return fmt.Sprintf("%s%s$%s", p.parameters(),
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.hash))
}

// parameters returns what precedes the salt.
func (p phc) parameters() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, p.memory, p.passes, p.lanes)
}

// parse reads a PHC string of argon2id.
func parse(text string) (phc, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errRefused
	}
	var p phc
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); n != 3 || err != nil {
		return phc{}, errRefused
	}
	var saltErr, hashErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, hashErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(p.salt) < 8 || len(p.hash) < 16 || p.lanes == 0 || p.passes == 0 ||
		p.memory > maxMemoryKiB || p.passes > maxPasses {
		return phc{}, errRefused
	}
	return p, nil
}
