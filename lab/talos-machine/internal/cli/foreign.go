package cli

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/constants"

	"appliance-client/lab/talos-machine/internal/files"
	lab "appliance-client/lab/talos-machine/internal/machine"
)

// installSomebodyElses gives an empty state folder the disk of a machine that another operator installed: with a
// configuration, and so keys, that nobody here has.
func installSomebodyElses(opts lab.Options) error {
	path := filepath.Join(opts.StateDir, "config.yaml")

	_, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}

	address, err := netip.ParseAddrPort(opts.Listen)
	if err != nil {
		return err
	}

	input, err := generate.NewInput("somebody-elses", "https://"+address.Addr().String()+":6443", constants.DefaultKubernetesVersion, generate.WithInstallDisk("/dev/sda"))
	if err != nil {
		return err
	}

	cfg, err := input.Config(machine.TypeControlPlane)
	if err != nil {
		return err
	}

	content, err := cfg.Bytes()
	if err != nil {
		return err
	}

	if err = files.WriteAtomic(path, content); err != nil {
		return err
	}

	return lab.WriteInstalled(opts.StateDir, opts.Listen)
}
