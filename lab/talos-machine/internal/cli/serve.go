package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"appliance-client/lab/talos-machine/internal/api"
	"appliance-client/lab/talos-machine/internal/control"
	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// defaultDisks are those of a small virtual machine.
var defaultDisks = []machine.Disk{
	{Device: "/dev/loop0", Size: 76_000_000, Readonly: true},
	{Device: "/dev/sda", Size: 100_000_000_000, Model: "QEMU HARDDISK", Serial: "drive-scsi0", Transport: "virtio"},
	{Device: "/dev/sr0", Size: 320_000_000, Model: "QEMU DVD-ROM", Readonly: true, CDROM: true, Transport: "ata"},
}

type serveFlags struct {
	machine.Options

	control           string
	disks             string
	faults            []string
	alreadyConfigured bool
}

func parseServe(args []string) (*serveFlags, error) {
	f := &serveFlags{}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)

	flags.StringVar(&f.Listen, "listen", "127.0.0.1:50000", "address and port of the machine API")
	flags.StringVar(&f.StateDir, "state", "", "folder that is the machine's disk")
	flags.StringVar(&f.control, "control", "", "address and port of the control surface (port 0: a free one, printed)")
	flags.StringVar(&f.disks, "disks", "", `JSON list of disks: [{"device": "/dev/sda", "size": 100000000000}]`)
	flags.StringVar(&f.Interface, "interface", "eth0", "name of the network link")
	flags.TextVar(&f.Resolver, "resolver", netip.MustParseAddr("192.168.64.1"), "DNS server that the network hands out")
	flags.Func("fault", "fault to start with, a kind or JSON; may be given more than once", func(text string) error {
		f.faults = append(f.faults, text)

		return nil
	})
	flags.BoolVar(&f.alreadyConfigured, "already-configured", false, "a machine without a state is one that somebody else has installed")
	flags.StringVar(&f.KubeconfigServer, "kubeconfig-server", "", "URL of the API server in the kubeconfig (default: the cluster's endpoint)")
	flags.BoolVar(&f.CheckImages, "check-images", false, "a pull asks the registry, or the mirror that the configuration names")
	flags.StringVar(&f.Hooks.OnBootstrap, "on-bootstrap", "", "command at the first start of etcd")
	flags.StringVar(&f.Hooks.OnBoot, "on-boot", "", "command at every later start of etcd")
	flags.StringVar(&f.Hooks.OnShutdown, "on-shutdown", "", "command before the machine goes down")
	flags.StringVar(&f.Hooks.Kubernetes, "kubernetes", "", "command that runs Kubernetes while the machine is up; prints \"ready\"")
	flags.DurationVar(&f.Timings.Boot, "boot-time", 200*time.Millisecond, "from power-on to the first service")
	flags.DurationVar(&f.Timings.Install, "install-time", 300*time.Millisecond, "to pull the installer and write the disk")
	flags.DurationVar(&f.Timings.Services, "services-time", 200*time.Millisecond, "from the first service to the last")
	flags.DurationVar(&f.Timings.Etcd, "etcd-time", 300*time.Millisecond, "from the start of etcd to its health")
	flags.DurationVar(&f.Timings.Shutdown, "shutdown-time", 100*time.Millisecond, "to stop everything")

	if err := flags.Parse(args); err != nil {
		return nil, err
	}

	if f.StateDir == "" {
		return nil, errors.New("--state is missing: name the folder that is the machine's disk")
	}

	if _, err := netip.ParseAddrPort(f.Listen); err != nil {
		return nil, fmt.Errorf("--listen must be IP:PORT: %w", err)
	}

	f.Disks = defaultDisks
	if f.disks != "" {
		f.Disks = nil
		if err := json.Unmarshal([]byte(f.disks), &f.Disks); err != nil {
			return nil, fmt.Errorf("--disks: %w", err)
		}
	}

	return f, nil
}

// Serve plays the machine until SIGTERM or SIGINT.
func Serve(args []string) error {
	f, err := parseServe(args)
	if err != nil {
		return err
	}

	if err := os.MkdirAll(f.StateDir, 0o700); err != nil {
		return err
	}

	console, err := os.OpenFile(filepath.Join(f.StateDir, "console.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}

	defer console.Close() //nolint:errcheck // only written to

	f.Console, f.Hooks.LogFile, f.Fatal = console, filepath.Join(f.StateDir, "kubernetes.log"), func(err error) { log.Fatal(err) }

	if f.Options.Faults, err = startFaults(f); err != nil {
		return err
	}

	if f.alreadyConfigured {
		if err := installSomebodyElses(f.Options); err != nil {
			return err
		}
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	return play(ctx, f)
}

func startFaults(f *serveFlags) (*faults.Set, error) {
	set, err := faults.Load(filepath.Join(f.StateDir, "faults.json"))
	if err != nil {
		return nil, err
	}

	for _, text := range f.faults {
		fault, err := faults.Parse(text)
		if err == nil {
			err = set.Add(fault)
		}

		if err != nil {
			return nil, err
		}
	}

	return set, nil
}

func play(ctx context.Context, f *serveFlags) error {
	m, err := machine.New(f.Options)
	if err != nil {
		return err
	}

	state, err := resources.New(ctx)
	if err != nil {
		return err
	}

	port, err := api.NewPort(m, state)
	if err != nil {
		return err
	}

	defer port.Close()

	m.Watch(func(view machine.View) {
		if err := state.Sync(context.WithoutCancel(ctx), view); err != nil {
			m.Console().Printf("[lab] resources: %s", err)
		}
	})
	m.Watch(port.Sync)
	m.Watch(func(view machine.View) {
		if err := view.WriteResolvConf(m.KubernetesDir()); err != nil {
			m.Console().Printf("[lab] resolv.conf: %s", err)
		}
	})

	closeControl, err := openControl(f.control, m)
	if err != nil {
		return err
	}

	defer closeControl()

	var running sync.WaitGroup

	running.Go(func() { m.Run(ctx) })
	running.Wait()

	return nil
}

// openControl prints where the control surface is, once it answers: the starter waits for that line.
func openControl(address string, m *machine.Machine) (func(), error) {
	if address == "" {
		return func() {}, nil
	}

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}

	server := &http.Server{Handler: control.Handler(m), ReadHeaderTimeout: 10 * time.Second}

	go func() { _ = server.Serve(listener) }()

	fmt.Println(strings.TrimSpace("control http://" + listener.Addr().String()))

	return func() { _ = server.Close() }, nil
}
