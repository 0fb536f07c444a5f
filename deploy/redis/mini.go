package redis

import (
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// tick is how often the clock of a miniredis is put forward, and so how exact
// its expiry is.
const tick = time.Second

// mini is a miniredis and the clock that makes its keys expire, which they do
// not do by themselves.
type mini struct {
	server *miniredis.Miniredis
	quit   chan struct{}
	once   sync.Once
	clock  sync.WaitGroup
}

// startMini starts a miniredis that listens on 127.0.0.1.
func startMini(cfg Config) (*mini, error) {
	m := &mini{server: miniredis.NewMiniRedis(), quit: make(chan struct{})}
	m.server.RequireAuth(cfg.Password)
	if err := m.server.StartAddr(net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.Port))); err != nil {
		return nil, err
	}
	m.clock.Go(m.wind)
	return m, nil
}

// wind puts the server's clock forward by the time that has passed.
func (m *mini) wind() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-m.quit:
			return
		case <-ticker.C:
			now := time.Now()
			m.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// port is where the server listens.
func (m *mini) port() int { return m.server.Server().Addr().Port }

// stop ends the server and its clock.
func (m *mini) stop() {
	m.once.Do(func() {
		close(m.quit)
		m.clock.Wait()
		m.server.Close()
	})
}
