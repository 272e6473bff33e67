// Package faults holds what the machine plays: named faults, set at the start or while it runs, kept across restarts.
package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"appliance-client/lab/talos-machine/internal/files"
)

// Set is the machine's faults; safe for concurrent use.
type Set struct {
	path string

	mu      sync.Mutex
	list    []Fault
	changed []func()
}

// Load reads the faults kept in a file; none when the file is not there.
func Load(path string) (*Set, error) {
	set := &Set{path: path}

	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}

	if err == nil {
		err = json.Unmarshal(content, &set.list)
	}

	if err != nil {
		return nil, fmt.Errorf("faults in %s: %w", path, err)
	}

	return set, nil
}

// OnChange registers a function that runs after every change.
func (s *Set) OnChange(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.changed = append(s.changed, f)
}

// List gives the faults in force.
func (s *Set) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()

	return slices.Clone(s.list)
}

// Replace puts a new list in force.
func (s *Set) Replace(list []Fault) error {
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return err
		}
	}

	s.mu.Lock()
	s.list = slices.Clone(list)

	return s.keepAndUnlock()
}

// Add puts one more fault in force; one of the same kind (and, for calls, of the same method) is replaced.
func (s *Set) Add(fault Fault) error {
	if err := fault.Validate(); err != nil {
		return err
	}

	s.mu.Lock()
	s.list = append(slices.DeleteFunc(s.list, fault.same), fault)

	return s.keepAndUnlock()
}

// Lift removes the faults of a kind.
func (s *Set) Lift(kind Kind) error {
	s.mu.Lock()
	s.list = slices.DeleteFunc(s.list, func(f Fault) bool { return f.Kind == kind })

	return s.keepAndUnlock()
}

// Find gives the first fault of a kind.
func (s *Set) Find(kind Kind) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	for _, f := range s.list {
		if f.Kind == kind {
			return f, true
		}
	}

	return Fault{}, false
}

// Call counts a call of a method and gives the fault that it meets now, if any. Each such fault strikes once.
func (s *Set) Call(method string) (Fault, bool) {
	s.mu.Lock()

	for i := range s.list {
		f := &s.list[i]
		if f.Kind != Call || f.Method != method || f.Struck {
			continue
		}

		f.Seen++
		struck := f.Seen == f.Nth
		f.Struck = struck
		fault := *f

		// What is kept must be kept before the fault strikes: it may end this process.
		if err := s.keepAndUnlock(); err != nil {
			return Fault{}, false
		}

		return fault, struck
	}

	s.mu.Unlock()

	return Fault{}, false
}

func (s *Set) keepAndUnlock() error {
	err := files.WriteJSON(s.path, s.list)
	changed := slices.Clone(s.changed)

	s.mu.Unlock()

	for _, f := range changed {
		f()
	}

	return err
}
