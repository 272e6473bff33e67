package machine

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/config"

	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/pki"
)

// bootOrder is the order in which the services of a control plane machine come up; etcd waits for its bootstrap.
var bootOrder = []string{"machined", "syslogd", "udevd", "auditd", "containerd", "apid", "trustd", "cri", "kubelet"}

// boot starts an installed machine and, as far as nobody must bootstrap etcd first, Kubernetes.
func (m *Machine) boot(ctx context.Context) {
	if err := m.writeKubernetesFiles(); err != nil {
		m.console.Printf("[talos] failed to render the control plane: %s", err)
	}

	for _, id := range bootOrder {
		sleep(ctx, m.opts.Timings.Services/time.Duration(len(bootOrder)))

		if id == "apid" && !m.waitForTime(ctx) || ctx.Err() != nil {
			return
		}

		m.setService(id, "Running", "Started task "+id, nil)
		m.setService(id, "Running", "Health check successful", yes())

		if id == "apid" {
			m.set(StageBooting, ModeSecure)
		}
	}

	event := "boot"
	if !m.View().Bootstrapped {
		event = "bootstrap"

		m.setService("etcd", "Preparing", "Running pre state", nil)
		m.console.Printf("[talos] etcd is waiting to join the cluster, if this node is the first node in the cluster, please run `talosctl bootstrap` against one of the following IPs:")

		select {
		case <-ctx.Done():
			return
		case <-m.bootstrap:
		}

		m.setService("etcd", "Finished", "Bootstrap requested", nil)
	}

	m.startEtcd(ctx, event)
}

func (m *Machine) startEtcd(ctx context.Context, event string) {
	m.setService("etcd", "Running", "Started task etcd", nil)

	if _, broken := m.opts.Faults.Find(faults.EtcdDown); broken {
		m.setService("etcd", "Running", "Health check failed: dial tcp 127.0.0.1:2379: connect: connection refused", no())

		for broken && ctx.Err() == nil {
			sleep(ctx, pullRetry)
			_, broken = m.opts.Faults.Find(faults.EtcdDown)
		}
	}

	sleep(ctx, m.opts.Timings.Etcd)

	if ctx.Err() != nil {
		return
	}

	m.setService("etcd", "Running", "Health check successful", yes())
	m.opts.Hooks.run(ctx, m, event)
	m.opts.Hooks.keepKubernetes(ctx, m)
}

// waitForTime: Talos issues its certificates when it believes in its clock, and no sooner.
func (m *Machine) waitForTime(ctx context.Context) bool {
	for told := false; !m.View().Synced; told = true {
		if ctx.Err() != nil {
			return false
		}

		if !told {
			m.console.Printf("[talos] time query error with server %q: i/o timeout", m.View().TimeServers()[0])
		}

		sleep(ctx, pullRetry)
	}

	return true
}

func (m *Machine) writeKubernetesFiles() error {
	view := m.View()

	return pki.Write(view.Config, m.KubernetesDir(), m.pkiOptions(view))
}

func (m *Machine) pkiOptions(view View) pki.Options {
	return pki.Options{Address: view.Address.String(), Server: m.opts.KubeconfigServer, Hostname: view.Hostname(), Skew: view.ClockOffset}
}

// staticAddress gives the address that a configuration fixes, with the port of listen, where this computer has it.
func staticAddress(cfg config.Provider, listen string) (string, bool) {
	_, port, err := net.SplitHostPort(listen)
	if cfg == nil || err != nil {
		return "", false
	}

	for _, prefix := range configuredAddresses(cfg) {
		address, _, _ := strings.Cut(prefix, "/")

		fixed := net.JoinHostPort(address, port)
		if canListen(fixed) {
			return fixed, true
		}
	}

	return "", false
}

// configuredAddresses are those of the machine's own network section and of the documents for single links.
func configuredAddresses(cfg config.Provider) []string {
	var all []string

	if machine := cfg.Machine(); machine != nil {
		for _, device := range machine.Network().Devices() {
			all = append(all, device.Addresses()...)
		}
	}

	for _, link := range cfg.NetworkCommonLinkConfigs() {
		for _, address := range link.Addresses() {
			all = append(all, address.Address().String())
		}
	}

	return all
}

func canListen(address string) bool {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}

	return listener.Close() == nil
}

// Unmet says what the machine still lacks to be ready, by the names that Talos' MachineStatus gives them.
func (v View) Unmet() map[string]string {
	unmet := map[string]string{}

	if v.Stage != StageBooting && v.Stage != StageRunning {
		return unmet
	}

	if !v.Synced {
		unmet["time"] = "time is not synced"
	}

	for _, id := range []string{"apid", "machined", "kubelet", "etcd", "trustd"} {
		if s, ok := v.Service(id); !ok || !s.Running() {
			unmet["services"] = join(unmet["services"], id+" not running")
		} else if s.Healthy != nil && !*s.Healthy {
			unmet["services"] = join(unmet["services"], id+" not healthy")
		}
	}

	if !v.KubernetesReady {
		unmet["nodeReady"] = fmt.Sprintf("node %q status is not available yet", v.Hostname())
	}

	return unmet
}

func join(a, b string) string {
	if a == "" {
		return b
	}

	return a + ", " + b
}
