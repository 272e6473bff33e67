// Package machine is the machine itself: what its disk holds, the stages it goes through, and what the API asks of it.
// It knows nothing of gRPC servers; who shows it to the network watches its View.
package machine

import (
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/config"

	"appliance-client/lab/talos-machine/internal/faults"
)

// Timings say how long the machine takes; a real one takes minutes.
type Timings struct {
	// Install: pull the installer and write the disk.
	Install time.Duration
	// Boot: from power-on to the first service.
	Boot time.Duration
	// Services: from the first service to the last (without etcd).
	Services time.Duration
	// Etcd: from the start of etcd to its first successful health check.
	Etcd time.Duration
	// Shutdown: stop everything.
	Shutdown time.Duration
}

// Options of a machine.
type Options struct {
	StateDir string
	// Listen is where the machine is reached at its first start.
	Listen string
	Disks  []Disk
	// Resolver is the one that the network hands out.
	Resolver netip.Addr
	// Interface is the name of its one network link.
	Interface string
	Timings   Timings
	Faults    *faults.Set
	// Console gets a copy of the kernel log; may be nil.
	Console io.Writer
	Hooks   Hooks
	// KubeconfigServer overrides the URL in the kubeconfig that the machine hands out.
	KubeconfigServer string
	// CheckImages makes ImagePull ask the registry (or its configured mirror) for the manifest.
	CheckImages bool
	// Fatal ends the program: the machine's disk cannot be written.
	Fatal func(error)
}

// Machine is the simulated machine.
type Machine struct {
	opts    Options
	console *Log
	events  *Bus

	mu  sync.Mutex
	rec record
	cfg config.Provider
	// staged waits on the disk for the next boot.
	staged    config.Provider
	stage     Stage
	mode      Mode
	cuts      int
	bootID    string
	bootedAt  time.Time
	services  map[string]Service
	address   string
	submitted chan config.Provider
	bootstrap chan struct{}
	kubeReady bool

	downs   chan down
	powerOn chan struct{}
	// powerCut is set while a life ends by one: what is stopped then is killed.
	powerCut atomic.Bool
	watched  []func(View)
	syncing  sync.Mutex
}

// New makes a machine from what its state folder holds; it is off until Run.
func New(opts Options) (*Machine, error) {
	rec, cfg, err := loadRecord(opts.StateDir, opts.Listen)
	if err != nil {
		return nil, err
	}

	m := &Machine{
		opts: opts, rec: rec, cfg: cfg, stage: StageOff, address: rec.Listen, services: map[string]Service{},
		console: NewLog(opts.Console), events: NewBus(),
		downs: make(chan down), powerOn: make(chan struct{}, 1),
		submitted: make(chan config.Provider, 1), bootstrap: make(chan struct{}, 1),
	}

	opts.Faults.OnChange(m.notify)

	return m, nil
}

// Watch registers a function that gets the view after every change.
func (m *Machine) Watch(f func(View)) { m.watched = append(m.watched, f) }

// Console is the kernel log.
func (m *Machine) Console() *Log { return m.console }

// Events of the machine.
func (m *Machine) Events() *Bus { return m.events }

// Faults in force.
func (m *Machine) Faults() *faults.Set { return m.opts.Faults }

// KubernetesDir holds the control plane's files.
func (m *Machine) KubernetesDir() string { return filepath.Join(m.opts.StateDir, kubernetesDir) }

// View of the machine at this moment.
func (m *Machine) View() View {
	m.mu.Lock()
	defer m.mu.Unlock()

	v := View{
		Stage: m.stage, Mode: m.mode, Cuts: m.cuts, Config: m.cfg, NodeID: m.rec.NodeID, BootID: m.bootID, BootedAt: m.bootedAt,
		Installed: m.rec.Installed, Bootstrapped: m.rec.Bootstrapped, KubernetesReady: m.kubeReady,
		Listen: m.address, Interface: m.opts.Interface, NetworkResolver: m.opts.Resolver, Images: slices.Clone(m.rec.Images), Synced: true,
		Effects: copyOf(m.rec.Effects), Calls: copyOf(m.rec.Calls), Boots: m.rec.Boots,
	}

	v.Address = addressOf(m.address)

	if clock, ok := m.opts.Faults.Find(faults.ClockOff); ok {
		v.ClockOffset, v.Synced = clock.Offset(), !clock.Unsynced
	}

	missing, _ := m.opts.Faults.Find(faults.DiskMissing)

	for _, d := range m.opts.Disks {
		if d.Device != missing.Disk {
			v.Disks = append(v.Disks, d)
		}
	}

	for _, id := range slices.Sorted(keys(m.services)) {
		v.Services = append(v.Services, m.services[id])
	}

	return v
}

// CountCall counts a call of the API by its method.
func (m *Machine) CountCall(method string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.rec.Calls[method]++
	m.saveRecordLocked()
}

func (m *Machine) effectLocked(name string) {
	m.rec.Effects[name]++
	m.saveRecordLocked()
}

// notify hands the current view to the watchers, one change after the other.
func (m *Machine) notify() {
	m.syncing.Lock()
	defer m.syncing.Unlock()

	view := m.View()
	for _, f := range m.watched {
		f(view)
	}
}

func (m *Machine) set(stage Stage, mode Mode) {
	m.mu.Lock()
	changed := m.stage != stage
	m.stage, m.mode = stage, mode
	m.mu.Unlock()

	if changed {
		m.console.Printf("[talos] machine stage: %s", stage)
	}

	m.notify()
	m.publishStage()
}

func (m *Machine) fatal(err error) { m.opts.Fatal(err) }

func (m *Machine) nowLocked() time.Time {
	clock, _ := m.opts.Faults.Find(faults.ClockOff)

	return time.Now().Add(clock.Offset())
}

func addressOf(listen string) netip.Addr {
	port, err := netip.ParseAddrPort(listen)
	if err != nil {
		return netip.Addr{}
	}

	return port.Addr()
}
