package machine

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/version"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"

	"appliance-client/lab/talos-machine/internal/faults"
)

// down is why a life of the machine ends.
type down struct {
	stage Stage
	actor string
	// off: it stays off until somebody switches it on.
	off bool
	// cut: the power goes, nothing is stopped in order.
	cut bool
	// wipe what a reset wipes, once everything is stopped.
	wipe func()
	// begun is closed when the stage is set; nil where nobody waits.
	begun chan struct{}
}

// Run switches the machine on and lets it live, boot after boot, until ctx ends.
func (m *Machine) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if m.isOff() {
			m.set(StageOff, ModeClosed)

			select {
			case <-ctx.Done():
				return
			case <-m.powerOn:
			}
		}

		m.live(ctx)
	}
}

// live is one life: from power-on to a reboot, shutdown or reset.
func (m *Machine) live(ctx context.Context) {
	life, end := context.WithCancel(ctx)
	defer end()

	m.begin()

	own := make(chan down, 1)

	go func() { own <- m.sequence(life) }()

	select {
	case d := <-own:
		m.goDown(ctx, d, end)
	case d := <-m.downs:
		m.goDown(ctx, d, func() { end(); <-own })
	case <-ctx.Done():
		<-own
	}
}

func (m *Machine) begin() {
	m.mu.Lock()
	m.bootID, m.bootedAt = uuid.NewString(), m.nowLocked()
	m.services, m.kubeReady = map[string]Service{}, false
	m.submitted, m.bootstrap = make(chan config.Provider, 1), make(chan struct{}, 1)
	m.rec.Boots++

	if m.staged != nil {
		m.cfg, m.staged = m.staged, nil
	}

	if moved, ok := m.opts.Faults.Find(faults.OtherAddress); ok {
		m.rec.Listen = moved.Address
	}

	m.address = m.rec.Listen
	if fixed, ok := staticAddress(m.cfg, m.rec.Listen); ok {
		m.address = fixed
	}

	m.saveRecordLocked()
	m.mu.Unlock()

	m.events.Clear()
	m.console.Clear()
	m.set(StageBooting, ModeClosed)
}

// sequence does what a machine does by itself after power-on. It returns when the machine must go down, or is told to.
func (m *Machine) sequence(ctx context.Context) down {
	m.console.Printf("[talos] [initramfs] booting Talos %s", version.Tag)
	sleep(ctx, m.opts.Timings.Boot)

	cfg := m.View().Config
	if cfg == nil {
		m.setService("machined", "Running", "Health check successful", yes())
		m.set(StageMaintenance, ModeMaintenance)
		m.console.Printf("[talos] entering maintenance service: this machine is reachable at %s", m.View().Address)

		select {
		case <-ctx.Done():
			return down{}
		case cfg = <-m.submitted:
		}

		m.accept(cfg)
	}

	if !m.View().Installed {
		return m.install(ctx)
	}

	m.boot(ctx)
	<-ctx.Done()

	return down{}
}

// accept makes a configuration the machine's own; it is on the disk only when there is an installation.
func (m *Machine) accept(cfg config.Provider) {
	m.mu.Lock()
	m.cfg = cfg

	if m.rec.Installed {
		m.saveConfigLocked()
	}
	m.mu.Unlock()

	m.console.Printf("[talos] machine configuration applied, leaving maintenance mode")
	m.set(StageBooting, ModeClosed)
}

// goDown ends a life; stop ends what this boot started and returns when it has.
func (m *Machine) goDown(ctx context.Context, d down, stop func()) {
	if d.cut {
		m.mu.Lock()
		m.cuts++
		m.mu.Unlock()
		m.powerCut.Store(true)
		m.set(d.stage, ModeClosed)
		d.tell()
		stop()
		m.powerCut.Store(false)
		m.mu.Lock()
		m.forgetUnlessInstalledLocked()
		m.mu.Unlock()

		return
	}

	m.set(d.stage, m.View().Mode)
	d.tell()
	m.publishTask(d.actor, "stopAllServices", machineapi.TaskEvent_START)
	stop()
	m.opts.Hooks.run(ctx, m, eventOf(d))
	sleep(ctx, m.opts.Timings.Shutdown)
	m.set(d.stage, ModeClosed)

	m.mu.Lock()
	if d.wipe != nil {
		d.wipe()
	}

	m.forgetUnlessInstalledLocked()

	m.rec.Off = d.off
	m.saveRecordLocked()
	m.mu.Unlock()
	m.notify()
}

// forgetUnlessInstalledLocked drops a configuration that is only in memory.
func (m *Machine) forgetUnlessInstalledLocked() {
	if !m.rec.Installed {
		m.cfg = nil
	}
}

func (m *Machine) isOff() bool {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.rec.Off
}

func (d down) tell() {
	if d.begun != nil {
		close(d.begun)
	}
}

func eventOf(d down) string {
	if d.wipe != nil {
		return "reset"
	}

	return "shutdown"
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
