package machine

import (
	"iter"
	"maps"
	"net/netip"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/config"
)

// Stage of the machine.
type Stage string

// The stages are Talos' own (machine.MachineStatusEvent), and off.
const (
	StageOff          Stage = "off"
	StageMaintenance  Stage = "maintenance"
	StageInstalling   Stage = "installing"
	StageBooting      Stage = "booting"
	StageRunning      Stage = "running"
	StageRebooting    Stage = "rebooting"
	StageShuttingDown Stage = "shutting down"
	StageResetting    Stage = "resetting"
)

// Mode is what the API port shows.
type Mode string

// A closed port refuses connections; maintenance wants no client certificate; secure wants one of the machine's CA.
const (
	ModeClosed      Mode = "closed"
	ModeMaintenance Mode = "maintenance"
	ModeSecure      Mode = "secure"
)

// Disk of the machine.
type Disk struct {
	Device    string `json:"device"`
	Size      uint64 `json:"size"`
	Model     string `json:"model,omitempty"`
	Serial    string `json:"serial,omitempty"`
	Transport string `json:"transport,omitempty"`
	Readonly  bool   `json:"readonly,omitempty"`
	CDROM     bool   `json:"cdrom,omitempty"`
}

// View is a picture of the machine.
type View struct {
	Stage Stage
	Mode  Mode
	// Cuts counts the power cuts: connections end without a farewell.
	Cuts            int
	Config          config.Provider
	NodeID          string
	BootID          string
	BootedAt        time.Time
	Installed       bool
	Bootstrapped    bool
	KubernetesReady bool
	Listen          string
	Address         netip.Addr
	// NetworkResolver is what the network hands out where the configuration names none.
	NetworkResolver netip.Addr
	Interface       string
	Disks           []Disk
	Services        []Service
	Images          []Image
	ClockOffset     time.Duration
	// Synced says whether the machine believes in its clock.
	Synced  bool
	Effects map[string]int
	Calls   map[string]int
	Boots   int
}

// Now on the machine's clock.
func (v View) Now() time.Time { return time.Now().Add(v.ClockOffset) }

// Service by its id.
func (v View) Service(id string) (Service, bool) {
	for _, s := range v.Services {
		if s.ID == id {
			return s, true
		}
	}

	return Service{}, false
}

// defaultNTP is Talos' own time server, for a configuration that names none.
const defaultNTP = "time.cloudflare.com"

// Hostname that the machine has: of its configuration, else one made from its identity, as Talos does.
func (v View) Hostname() string {
	if v.Config != nil {
		if h := v.Config.NetworkHostnameConfig(); h != nil && h.Hostname() != "" {
			return h.Hostname()
		}
	}

	return "talos-" + v.NodeID[:3] + "-" + v.NodeID[4:7]
}

// Resolvers of the machine: of its configuration, else the network's.
func (v View) Resolvers() []netip.Addr {
	if v.Config != nil {
		if r := v.Config.NetworkResolverConfig(); r != nil && len(r.Resolvers()) > 0 {
			return r.Resolvers()
		}
	}

	return []netip.Addr{v.NetworkResolver}
}

// TimeServers of the machine: of its configuration, else Talos' default.
func (v View) TimeServers() []string {
	if v.Config != nil {
		if t := v.Config.NetworkTimeSyncConfig(); t != nil && len(t.Servers()) > 0 {
			return t.Servers()
		}
	}

	return []string{defaultNTP}
}

func copyOf(counts map[string]int) map[string]int { return maps.Clone(counts) }

func keys(services map[string]Service) iter.Seq[string] { return maps.Keys(services) }
