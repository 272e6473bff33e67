// Command talos-machine plays a Talos v1.12 machine towards the real talosctl, and writes the control plane PKI of a
// machine configuration. It is a stand-in for tests and the lab: it installs nothing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"appliance-client/lab/talos-machine/internal/cli"
)

const usage = `talos-machine plays a Talos machine towards talosctl v1.12.

  talos-machine serve --listen IP:50000 --control IP:PORT --state DIR [flags]
  talos-machine pki --out DIR [--from CONFIG] [flags]

"talos-machine COMMAND --help" lists the flags.
`

func main() {
	commands := map[string]func([]string) error{"pki": cli.PKI, "serve": cli.Serve}

	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}

	err := commands[os.Args[1]](os.Args[2:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}

	if err != nil {
		fmt.Fprintf(os.Stderr, "talos-machine %s: %s\n", os.Args[1], err)
		os.Exit(1)
	}
}
