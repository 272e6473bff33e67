package machine

import (
	"context"
	"slices"
	"strings"
	"time"

	"appliance-client/lab/talos-machine/internal/faults"
)

// pullRetry is the pause between two looks at a resolver that refuses; Talos tries every few seconds for 20 minutes.
const pullRetry = 500 * time.Millisecond

// install puts the system on the disk. While it does, a real machine shows no API at all.
func (m *Machine) install(ctx context.Context) down {
	m.set(StageInstalling, ModeClosed)

	view := m.View()
	disk, image := view.Config.Machine().Install().Disk(), view.Config.Machine().Install().Image()

	m.console.Printf("[talos] task install (1/1): starting")
	m.console.Printf("[talos] task install (1/1): installing Talos to disk %s", disk)
	m.console.Printf("[talos] pulling %q", image)

	if !m.pullInstaller(ctx, image) {
		return down{}
	}

	if !slices.ContainsFunc(m.View().Disks, func(d Disk) bool { return d.Device == disk && !d.Readonly }) {
		return m.installFailed(ctx, "lstat "+disk+": no such file or directory")
	}

	if broken, ok := m.opts.Faults.Find(faults.InstallFails); ok {
		return m.installFailed(ctx, broken.Message)
	}

	sleep(ctx, m.opts.Timings.Install)

	if ctx.Err() != nil {
		return down{}
	}

	m.mu.Lock()
	m.rec.Installed = true
	m.effectLocked("install")
	m.saveConfigLocked()
	m.mu.Unlock()
	m.console.Printf("[talos] task install (1/1): done")

	return down{stage: StageRebooting}
}

// pullInstaller waits while the resolver that the machine uses refuses; false when the machine goes down meanwhile.
func (m *Machine) pullInstaller(ctx context.Context, image string) bool {
	for told := false; ctx.Err() == nil; told = true {
		fault, refused := m.opts.Faults.Find(faults.DNSRefused)
		if !refused || !m.usesResolver(fault.Resolver) {
			return true
		}

		message := `failed to pull "` + image + `": dial tcp: lookup ` + host(image) + " on " + fault.Resolver + ":53: connection refused"
		m.console.Printf("[talos] task install (1/1): pull failed, retrying: %s", message)

		if !told {
			m.setService("machined", "Running", message, yes())
		}

		if !fault.Silent && !told {
			m.setService("apid", "Running", "Health check successful", yes())
			m.set(StageInstalling, ModeSecure)
		}

		sleep(ctx, pullRetry)
	}

	return false
}

func (m *Machine) usesResolver(resolver string) bool {
	for _, r := range m.View().Resolvers() {
		if r.String() == resolver {
			return true
		}
	}

	return false
}

// installFailed is what a machine without a system does: it says so, reboots, and has forgotten its configuration.
func (m *Machine) installFailed(ctx context.Context, reason string) down {
	m.console.Printf("[talos] task install (1/1): failed: %s", reason)
	m.console.Printf("[talos] phase install (1/1): failed")
	m.console.Printf("[talos] rebooting in 10 seconds")
	sleep(ctx, m.opts.Timings.Shutdown)

	return down{stage: StageRebooting}
}

func host(image string) string {
	name, _, _ := strings.Cut(image, "/")

	return name
}
