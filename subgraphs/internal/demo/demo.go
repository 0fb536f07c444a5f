package demo

import "github.com/weftql/weft/subgraphs/internal/id"

// The UUIDs of the demo user and the demo administrator, version 7 at the first
// millisecond of 2024.
var (
	user  = id.UUID{0x01, 0x8c, 0xc2, 0x51, 0xf4, 0x00, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0x01}
	admin = id.UUID{0x01, 0x8c, 0xc2, 0x51, 0xf4, 0x00, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0x02}
)

// UserID is the id of the demo user.
func UserID() string { return id.Format(id.User, user) }

// AdminID is the id of the demo administrator.
func AdminID() string { return id.Format(id.User, admin) }
