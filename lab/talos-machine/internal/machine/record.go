package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"

	"appliance-client/lab/talos-machine/internal/files"
)

// record is what the machine's disk holds: it survives a reboot and a kill of this process. The configuration lies
// beside it, in config.yaml. (What a machine has in memory only, like a configuration that is not installed yet, is
// lost by both, as on a real one.)
type record struct {
	NodeID       string         `json:"nodeId"`
	Installed    bool           `json:"installed"`
	Bootstrapped bool           `json:"bootstrapped"`
	Off          bool           `json:"off"`
	Listen       string         `json:"listen"`
	Boots        int            `json:"boots"`
	Effects      map[string]int `json:"effects"`
	Calls        map[string]int `json:"calls"`
	Images       []Image        `json:"images"`
}

// Image that was pulled.
type Image struct {
	Reference string `json:"reference"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

const (
	recordFile = "machine.json"
	configFile = "config.yaml"
	// kubernetesDir holds the control plane's files, made anew from the configuration at every boot.
	kubernetesDir = "kubernetes"
	// varDir is the machine's EPHEMERAL partition: what Kubernetes keeps; a reset empties it.
	varDir = "var"
)

func loadRecord(dir, listen string) (record, config.Provider, error) {
	rec := record{NodeID: uuid.NewString(), Listen: listen, Effects: map[string]int{}, Calls: map[string]int{}}

	content, err := os.ReadFile(filepath.Join(dir, recordFile))
	if err == nil {
		err = json.Unmarshal(content, &rec)
	}

	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return rec, nil, fmt.Errorf("state of the machine in %s: %w", dir, err)
	}

	content, err = os.ReadFile(filepath.Join(dir, configFile))
	if errors.Is(err, fs.ErrNotExist) {
		return rec, nil, nil
	}

	if err != nil {
		return rec, nil, err
	}

	cfg, err := configloader.NewFromBytes(content)

	return rec, cfg, err
}

func (m *Machine) saveRecordLocked() {
	if err := files.WriteJSON(filepath.Join(m.opts.StateDir, recordFile), m.rec); err != nil {
		m.fatal(fmt.Errorf("the machine's state cannot be kept: %w", err))
	}
}

func (m *Machine) saveConfigLocked() {
	content, err := m.cfg.Bytes()
	if err == nil {
		err = files.WriteAtomic(filepath.Join(m.opts.StateDir, configFile), content)
	}

	if err != nil {
		m.fatal(fmt.Errorf("the machine's configuration cannot be kept: %w", err))
	}
}

// wipeLocked empties what a reset of STATE and EPHEMERAL empties.
func (m *Machine) wipeLocked(state, ephemeral bool) {
	if state {
		m.cfg = nil
		m.rec.NodeID = uuid.NewString()
		m.remove(configFile)
		m.remove(kubernetesDir)
	}

	if ephemeral {
		m.rec.Bootstrapped = false
		m.rec.Images = nil
		m.remove(varDir)
	}

	m.saveRecordLocked()
}

func (m *Machine) remove(name string) {
	if err := os.RemoveAll(filepath.Join(m.opts.StateDir, name)); err != nil {
		m.fatal(fmt.Errorf("%s cannot be wiped: %w", name, err))
	}
}

// WriteInstalled writes the record of a machine that is installed and bootstrapped, without a count of anything.
func WriteInstalled(dir, listen string) error {
	return files.WriteJSON(filepath.Join(dir, recordFile), record{
		NodeID: uuid.NewString(), Installed: true, Bootstrapped: true, Listen: listen, Effects: map[string]int{}, Calls: map[string]int{},
	})
}
