package process_test

import (
	"bytes"
	"sync"
)

// lineWriter collects output and tells when its first line is complete.
type lineWriter struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first chan struct{}
	once  sync.Once
}

func newLineWriter() (*lineWriter, <-chan struct{}) {
	w := &lineWriter{first: make(chan struct{})}
	return w, w.first
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if bytes.IndexByte(w.text.Bytes(), '\n') >= 0 {
		w.once.Do(func() { close(w.first) })
	}
	return len(p), nil
}

func (w *lineWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
