package machine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/config"
	machinetype "github.com/siderolabs/talos/pkg/machinery/config/machine"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Submit hands a configuration to a machine in maintenance mode; it leaves that mode soon after.
func (m *Machine) Submit(cfg config.Provider) error {
	m.mu.Lock()
	defer m.mu.Unlock()

	select {
	case m.submitted <- cfg:
		m.effectLocked("applyConfiguration")

		return nil
	default:
		return status.Error(codes.Unavailable, "the maintenance service is shutting down")
	}
}

// Reconfigure gives a configured machine another configuration: at once, by a reboot, or (neither) at the next boot.
func (m *Machine) Reconfigure(cfg config.Provider, now, reboot bool) {
	m.mu.Lock()
	before := m.cfg
	m.cfg = cfg

	if m.rec.Installed {
		m.saveConfigLocked()
	}

	if !now && !reboot {
		m.cfg, m.staged = before, cfg
	}

	m.effectLocked("applyConfiguration")
	m.mu.Unlock()
	m.notify()

	if reboot {
		m.end(down{stage: StageRebooting, actor: uuid.NewString()})
	}
}

// Bootstrap starts etcd on a machine that has none yet. The wording of its refusals is Talos'
// (internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go, Bootstrap).
func (m *Machine) Bootstrap() error {
	view := m.View()

	if cri, ok := view.Service("cri"); !ok || cri.Healthy == nil || !*cri.Healthy {
		return status.Error(codes.FailedPrecondition, "bootstrap is not available yet")
	}

	if view.Config.Machine().Type() == machinetype.TypeWorker {
		return status.Error(codes.FailedPrecondition, "bootstrap can only be performed on a control plane node")
	}

	if !view.Synced {
		return status.Error(codes.FailedPrecondition, "time is not in sync yet")
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if m.rec.Bootstrapped {
		return status.Error(codes.AlreadyExists, "etcd data directory is not empty")
	}

	m.rec.Bootstrapped = true
	m.effectLocked("bootstrap")

	select {
	case m.bootstrap <- struct{}{}:
	default:
	}

	return nil
}

// Reboot the machine; gives the id by which its events can be told, and a channel that closes when it has begun.
func (m *Machine) Reboot() (string, <-chan struct{}) {
	actor := uuid.NewString()

	m.effect("reboot")

	return actor, m.end(down{stage: StageRebooting, actor: actor})
}

// Shutdown switches the machine off.
func (m *Machine) Shutdown() string {
	actor := uuid.NewString()

	m.effect("shutdown")
	m.end(down{stage: StageShuttingDown, actor: actor, off: true})

	return actor
}

// partitions of the system disk that can be wiped one by one.
var partitions = []string{"EFI", "META", "STATE", "EPHEMERAL"}

// Reset wipes what the request names and reboots or switches off.
func (m *Machine) Reset(in *machineapi.ResetRequest) (string, error) {
	if in.Mode == machineapi.ResetRequest_USER_DISKS && len(in.SystemPartitionsToWipe) > 0 {
		return "", errors.New("reset failed: invalid input, wipe mode USER_DISKS doesn't support SystemPartitionsToWipe parameter")
	}

	whole := in.Mode != machineapi.ResetRequest_USER_DISKS && len(in.SystemPartitionsToWipe) == 0
	labels := map[string]bool{}

	for _, p := range in.SystemPartitionsToWipe {
		if !slices.Contains(partitions, p.Label) {
			return "", fmt.Errorf("failed to get volume status with label %q: resource VolumeStatuses.block.talos.dev(runtime/%s@undefined) doesn't exist", p.Label, p.Label)
		}

		labels[p.Label] = p.Wipe
	}

	actor := uuid.NewString()

	m.effect("reset")
	m.end(down{stage: StageResetting, actor: actor, off: !in.Reboot, wipe: func() {
		if whole {
			m.rec.Installed = false
		}

		m.wipeLocked(whole || labels["STATE"], whole || labels["EPHEMERAL"])
	}})

	return actor, nil
}

// PowerCut ends everything at once; the machine boots again. The channel closes when the power is gone.
func (m *Machine) PowerCut() <-chan struct{} { return m.end(down{stage: StageOff, cut: true}) }

// PowerOn switches a machine on that is off.
func (m *Machine) PowerOn() {
	m.mu.Lock()
	m.rec.Off = false
	m.saveRecordLocked()
	m.mu.Unlock()

	select {
	case m.powerOn <- struct{}{}:
	default:
	}
}

// PullImage records an image as pulled.
func (m *Machine) PullImage(image Image) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.effectLocked("imagePull")

	for _, known := range m.rec.Images {
		if known.Reference == image.Reference {
			return
		}
	}

	m.rec.Images = append(m.rec.Images, image)
	m.saveRecordLocked()
}

// effect counts something that the machine did.
func (m *Machine) effect(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.effectLocked(name)
}

// end asks the present life to end; the channel closes when it does, or when there is none (the machine is off).
func (m *Machine) end(d down) <-chan struct{} {
	d.begun = make(chan struct{})

	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()

		select {
		case m.downs <- d:
		case <-ctx.Done():
			close(d.begun)
		}
	}()

	return d.begun
}
