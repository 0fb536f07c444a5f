package process

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// User is an account that a child may run as.
type User struct {
	Name string `json:"name"`
	UID  uint32 `json:"uid"`
	GID  uint32 `json:"gid"`
}

// Unprivileged returns whom a program runs as that refuses to be run by root:
// nil, the caller itself, unless the caller is root; then "postgres" if that
// account exists, else "nobody".
func Unprivileged() (*User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		return &User{Name: name, UID: uint32(uid), GID: uint32(gid)}, nil
	}
	return nil, errors.New("run as root, but there is neither an account postgres nor nobody to run the database as")
}

// credential returns what the kernel needs to switch to u; nil for nil.
func (u *User) credential() *syscall.Credential {
	if u == nil {
		return nil
	}
	return &syscall.Credential{Uid: u.UID, Gid: u.GID}
}

// Attributes are those with which os/exec starts a short-lived
// program as u; for nil they change nothing.
func (u *User) Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: u.credential()}
}
