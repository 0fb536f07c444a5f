package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"riverqueue.com/riverui"
)

// Config configures a Server.
type Config struct {
	// Password is that of River UI. Without one River UI is not served.
	Password string
	// Logger receives what River UI has to say. Required.
	Logger *slog.Logger
}

// Pages are what is served.
type Pages struct {
	// Databases are the River clients whose jobs River UI shows, by name.
	Databases []Database
	// Health and Metrics need no password. Required.
	Health, Metrics http.Handler
	// Letters is the preview of letters, at /letters/, nil for none.
	Letters http.Handler
}

// Database is a River client and the name of its database.
type Database struct {
	Name   string
	Client *river.Client[pgx.Tx]
}

// Server answers at the admin listener. It is safe for concurrent use.
type Server struct {
	mux *http.ServeMux
	ui  []*riverui.Handler
}

// New returns a Server; Start has to be called before it serves.
func New(cfg Config, pages Pages) (*Server, error) {
	if cfg.Logger == nil || pages.Health == nil || pages.Metrics == nil {
		return nil, errors.New("admin: Logger, Health and Metrics are required")
	}
	s := &Server{mux: http.NewServeMux()}
	s.mux.Handle("GET /health", pages.Health)
	s.mux.Handle("GET /metrics", pages.Metrics)
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { index(w, pages) })
	if pages.Letters != nil {
		s.mux.Handle("/letters/", pages.Letters)
		s.mux.Handle("/letters", http.RedirectHandler("/letters/", http.StatusMovedPermanently))
	}
	if cfg.Password == "" {
		s.mux.HandleFunc("/river/", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "River UI is not served, because it has no password: set WORKER_ADMIN_PASSWORD or WORKER_ADMIN_PASSWORD_FILE", http.StatusNotFound)
		})
		return s, nil
	}
	guard, err := NewGuard(cfg.Password, time.Now)
	if err != nil {
		return nil, err
	}
	for _, d := range pages.Databases {
		prefix := "/river/" + d.Name
		ui, err := riverui.NewHandler(&riverui.HandlerOpts{
			Endpoints: riverui.NewEndpoints(d.Client, nil), Logger: cfg.Logger, Prefix: prefix,
		})
		if err != nil {
			return nil, fmt.Errorf("admin: River UI of %s: %w", d.Name, err)
		}
		s.ui = append(s.ui, ui)
		s.mux.Handle(prefix+"/", guard.Wrap(ui))
		s.mux.Handle(prefix, http.RedirectHandler(prefix+"/", http.StatusMovedPermanently))
	}
	return s, nil
}

// Start starts what River UI does in the background, until ctx ends.
func (s *Server) Start(ctx context.Context) error {
	for _, ui := range s.ui {
		if err := ui.Start(ctx); err != nil {
			return fmt.Errorf("admin: %w", err)
		}
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// index says what there is.
func index(w http.ResponseWriter, pages Pages) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := "Weft's worker\n\n/health\n/metrics\n"
	for _, d := range pages.Databases {
		text += "/river/" + d.Name + "/\n"
	}
	if pages.Letters != nil {
		text += "/letters/\n"
	}
	_, _ = io.WriteString(w, text) // who asked may have gone
}
