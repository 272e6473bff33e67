package machine

import (
	"sync"

	"github.com/rs/xid"
	"google.golang.org/protobuf/proto"
)

// Event of the machine, as `talosctl events` shows it.
type Event struct {
	ID      string
	Actor   string
	Payload proto.Message
}

const keptEvents = 1000

// Bus keeps the last events of this boot and hands new ones to whoever watches.
type Bus struct {
	mu       sync.Mutex
	kept     []Event
	watchers map[chan Event]struct{}
}

// NewBus makes an empty one.
func NewBus() *Bus { return &Bus{watchers: map[chan Event]struct{}{}} }

// Publish an event; a watcher that does not keep up loses it.
func (b *Bus) Publish(actor string, payload proto.Message) {
	event := Event{ID: xid.New().String(), Actor: actor, Payload: payload}

	b.mu.Lock()
	defer b.mu.Unlock()

	b.kept = append(b.kept, event)
	if len(b.kept) > keptEvents {
		b.kept = b.kept[1:]
	}

	for ch := range b.watchers {
		select {
		case ch <- event:
		default:
		}
	}
}

// Watch gives the last tail events (all when negative), a channel of the new ones, and a function that ends it.
func (b *Bus) Watch(tail int) ([]Event, <-chan Event, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if tail < 0 || tail > len(b.kept) {
		tail = len(b.kept)
	}

	past := append([]Event(nil), b.kept[len(b.kept)-tail:]...)
	ch := make(chan Event, keptEvents)
	b.watchers[ch] = struct{}{}

	return past, ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()

		delete(b.watchers, ch)
	}
}

// Clear forgets the events kept: they were another boot's.
func (b *Bus) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.kept = nil
}
