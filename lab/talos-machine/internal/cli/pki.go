// Package cli holds the program's commands, one a file.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/constants"

	"appliance-client/lab/talos-machine/internal/files"
	"appliance-client/lab/talos-machine/internal/pki"
)

// PKI writes the control plane files of a machine configuration, or of a fresh one when none is given.
func PKI(args []string) error {
	var (
		flags   = flag.NewFlagSet("pki", flag.ContinueOnError)
		out     = flags.String("out", "", "folder to write to")
		from    = flags.String("from", "", "machine configuration of a control plane; without it a new cluster is made up")
		keep    = flags.String("keep", "", "file in which a cluster that is made up is kept, and found at the next call")
		address = flags.String("address", "127.0.0.1", "address of the machine, for the certificates")
		server  = flags.String("server", "", "URL of the API server in the kubeconfigs (default: the cluster's endpoint)")
		host    = flags.String("hostname", "localhost", "name of the node")
		name    = flags.String("cluster", "lab", "name of a cluster that is made up")
	)

	if err := flags.Parse(args); err != nil {
		return err
	}

	if *out == "" {
		return errors.New("--out is missing: name the folder to write to")
	}

	cfg, err := loadOrGenerate(*from, *keep, *name, *address)
	if err != nil {
		return err
	}

	return pki.Write(cfg, *out, pki.Options{Address: *address, Server: *server, Hostname: *host})
}

func loadOrGenerate(from, keep, name, address string) (config.Provider, error) {
	if from != "" {
		return load(from)
	}

	if keep != "" {
		cfg, err := load(keep)
		if !errors.Is(err, fs.ErrNotExist) {
			return cfg, err
		}
	}

	input, err := generate.NewInput(name, "https://"+net.JoinHostPort(address, "6443"), constants.DefaultKubernetesVersion)
	if err != nil {
		return nil, err
	}

	cfg, err := input.Config(machine.TypeControlPlane)
	if err != nil || keep == "" {
		return cfg, err
	}

	content, err := cfg.Bytes()
	if err != nil {
		return nil, err
	}

	if err = os.MkdirAll(filepath.Dir(keep), 0o700); err != nil {
		return nil, err
	}

	return cfg, files.WriteAtomic(keep, content)
}

func load(path string) (config.Provider, error) {
	cfg, err := configloader.NewFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("machine configuration %s: %w", path, err)
	}

	return cfg, nil
}
