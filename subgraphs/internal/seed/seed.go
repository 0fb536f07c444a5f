package seed

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
)

// Begin is when the first row was made; others follow within two years.
var begin = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// span is the time within which all rows are made.
const span = 2 * 365 * 24 * time.Hour

// Size is the number of todos in a platform's databases, from which all other
// numbers follow.
type Size int

// People is how many people have todos: one for a hundred todos, at least ten.
func (s Size) People() int { return max(10, int(s)/100) }

// Accounts is how many accounts there are: one for five todos. The first belong to
// the People, the others to those who have tried it once.
func (s Size) Accounts() int { return max(s.People(), int(s)/5) }

// At is when the n-th of so many rows was made.
func At(n, of int) time.Time {
	return begin.Add(time.Duration(float64(span) * float64(n) / float64(of))).Truncate(time.Microsecond)
}

// Domains keep the dice and ids of different kinds of rows apart.
type Domain byte

// The domains.
const (
	People Domain = iota + 1
	Lists
	Tags
	Todos
	Sessions
	Entries
	Notifications
)

// ID is the UUID of the n-th row of a domain: version 7, of the moment at.
func ID(domain Domain, n int, at time.Time) id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16)
	binary.BigEndian.PutUint64(u[8:], uint64(n))
	u[6], u[7], u[8] = 0x70, byte(domain), 0x80
	return u
}

// Person is the UUID of the n-th person, from 0.
func Person(n int) id.UUID { return ID(People, n, begin) }

// Email is the address of the n-th person.
func Email(n int) string { return fmt.Sprintf("person%d@example.com", n) }

// Password is everybody's.
const Password = "seeded password"

// Dice returns the numbers that decide about the n-th row of a domain.
func Dice(domain Domain, n int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(domain), uint64(n)))
}

// Words returns so many words that may stand in a title. Some are much more
// frequent than others, and some are not English.
func Words(dice *rand.Rand, n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteByte(' ')
		}
		// The square prefers the first of the list.
		share := dice.Float64()
		text.WriteString(words[int(share*share*float64(len(words)))])
	}
	return text.String()
}

// Name returns the name of a person.
func Name(dice *rand.Rand) string {
	return names[dice.IntN(len(names))] + " " + names[dice.IntN(len(names))] + "son"
}

// Zone returns the time zone of a person.
func Zone(dice *rand.Rand) string { return zones[dice.IntN(len(zones))] }
