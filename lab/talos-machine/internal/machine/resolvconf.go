package machine

import (
	"os"
	"path/filepath"
	"strings"
)

// WriteResolvConf keeps dir/resolv.conf as the resolvers of the machine are, as soon as it is installed. The file is written
// in place: Kubernetes has it mounted.
func (v View) WriteResolvConf(dir string) error {
	if !v.Installed {
		return nil
	}

	lines := strings.Builder{}
	for _, resolver := range v.Resolvers() {
		lines.WriteString("nameserver " + resolver.String() + "\n")
	}

	path := filepath.Join(dir, "resolv.conf")

	before, err := os.ReadFile(path)
	if err == nil && string(before) == lines.String() {
		return nil
	}

	if err = os.MkdirAll(dir, 0o700); err != nil {
		return err
	}

	return os.WriteFile(path, []byte(lines.String()), 0o644)
}
