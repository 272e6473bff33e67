package machine

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const keptLines = 5000

// Line of a log.
type Line struct {
	At   time.Time
	Text string
}

// Log keeps the last lines of one source and hands new ones to whoever follows.
type Log struct {
	mirror io.Writer

	mu        sync.Mutex
	kept      []Line
	followers map[chan Line]struct{}
}

// NewLog makes a log; mirror (may be nil) gets every line as well.
func NewLog(mirror io.Writer) *Log { return &Log{mirror: mirror, followers: map[chan Line]struct{}{}} }

// Printf adds a line.
func (l *Log) Printf(format string, args ...any) {
	line := Line{At: time.Now(), Text: fmt.Sprintf(format, args...)}

	l.mu.Lock()
	defer l.mu.Unlock()

	l.kept = append(l.kept, line)
	if len(l.kept) > keptLines {
		l.kept = l.kept[1:]
	}

	if l.mirror != nil {
		fmt.Fprintf(l.mirror, "%s %s\n", line.At.UTC().Format(time.RFC3339Nano), line.Text) //nolint:errcheck // a copy for people
	}

	for ch := range l.followers {
		select {
		case ch <- line:
		default:
		}
	}
}

// Follow gives the last tail lines (all when negative), a channel of the new ones, and a function that ends it.
func (l *Log) Follow(tail int) ([]Line, <-chan Line, func()) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if tail < 0 || tail > len(l.kept) {
		tail = len(l.kept)
	}

	past := append([]Line(nil), l.kept[len(l.kept)-tail:]...)
	ch := make(chan Line, keptLines)
	l.followers[ch] = struct{}{}

	return past, ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()

		delete(l.followers, ch)
	}
}

// Clear forgets the lines kept: they were another boot's.
func (l *Log) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.kept = nil
}
