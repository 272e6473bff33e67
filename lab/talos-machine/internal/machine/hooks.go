package machine

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Hooks are the commands (of a shell) by which a lab starts the real Kubernetes. All get the environment
// TALOS_EVENT (bootstrap, boot, shutdown, reset), TALOS_KUBERNETES (folder with pki/, kubeconfigs/, cluster.json),
// TALOS_VAR (folder that survives a reboot and not a reset), TALOS_ADDRESS and TALOS_HOSTNAME.
type Hooks struct {
	// OnBootstrap runs when etcd is started for the first time, OnBoot at every later boot, OnShutdown before the machine
	// goes down in order; each is waited for, at most a minute.
	OnBootstrap, OnBoot, OnShutdown string
	// Kubernetes is a command that runs for as long as the machine is up: it prints a line "ready" when Kubernetes
	// answers, ends in order on SIGTERM and when its standard input is closed, and at once on SIGQUIT (a power cut).
	Kubernetes string
	// LogFile of all of them.
	LogFile string
}

const hookTimeout = time.Minute

func (h Hooks) run(ctx context.Context, m *Machine, event string) {
	command := map[string]string{"bootstrap": h.OnBootstrap, "boot": h.OnBoot, "shutdown": h.OnShutdown, "reset": h.OnShutdown}[event]
	if command == "" {
		return
	}

	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()

	cmd, log, err := h.command(ctx, m, command, event)
	if err == nil {
		defer log.Close() //nolint:errcheck // only written to

		err = cmd.Run()
	}

	if err != nil {
		m.console.Printf("[lab] hook %s failed: %s", event, err)
	}
}

// keepKubernetes runs the Kubernetes command until ctx ends, and starts it again when it ends before.
func (h Hooks) keepKubernetes(ctx context.Context, m *Machine) {
	if h.Kubernetes == "" {
		m.setKubernetes(true)

		return
	}

	for ctx.Err() == nil {
		if err := h.kubernetesOnce(ctx, m); err != nil {
			m.console.Printf("[lab] kubernetes ended: %s", err)
		}

		m.setKubernetes(false)
		sleep(ctx, time.Second)
	}
}

func (h Hooks) kubernetesOnce(ctx context.Context, m *Machine) error {
	cmd, log, err := h.command(ctx, m, h.Kubernetes, "boot")
	if err != nil {
		return err
	}

	defer log.Close() //nolint:errcheck // only written to

	out, in, err := os.Pipe()
	if err != nil {
		return err
	}

	defer out.Close() //nolint:errcheck // only read from

	cmd.Stdout = in
	// Held open and never written to: when this process dies, the command sees the end of it.
	_, err = cmd.StdinPipe()

	if err == nil {
		err = cmd.Start()
	}

	// Of the command's end of the pipe the command alone is the owner now.
	if closeErr := in.Close(); err == nil {
		err = closeErr
	}

	if err != nil {
		return err
	}

	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.TrimSpace(lines.Text()) == "ready" {
				m.setKubernetes(true)
			}
		}
	}()

	return cmd.Wait()
}

func (h Hooks) command(ctx context.Context, m *Machine, command, event string) (*exec.Cmd, *os.File, error) {
	view := m.View()
	variable := filepath.Join(m.opts.StateDir, varDir)

	if err := os.MkdirAll(variable, 0o700); err != nil {
		return nil, nil, err
	}

	log, err := os.OpenFile(h.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}

	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", "exec "+command)
	cmd.Env = append(os.Environ(), "TALOS_EVENT="+event, "TALOS_KUBERNETES="+m.KubernetesDir(), "TALOS_VAR="+variable,
		"TALOS_ADDRESS="+view.Address.String(), "TALOS_HOSTNAME="+view.Hostname())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error {
		if m.powerCut.Load() {
			return cmd.Process.Signal(syscall.SIGQUIT)
		}

		return cmd.Process.Signal(syscall.SIGTERM)
	}
	cmd.WaitDelay = hookTimeout

	return cmd, log, nil
}

func (m *Machine) setKubernetes(ready bool) {
	m.mu.Lock()
	m.kubeReady = ready
	up := m.stage == StageBooting || m.stage == StageRunning
	mode := m.mode
	m.mu.Unlock()

	if up && ready {
		m.set(StageRunning, mode)
	} else {
		m.notify()
	}
}
