// Package files writes state so that a kill at any instant leaves the old or the new content, never half of one.
package files

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// WriteAtomic replaces the file at path by content, mode 0600, through a temporary file in the same folder.
func WriteAtomic(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}

	defer os.Remove(tmp.Name()) //nolint:errcheck // gone after the rename; otherwise a leftover

	if _, err = tmp.Write(content); err == nil {
		err = tmp.Sync()
	}

	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}

	if err != nil {
		return err
	}

	return os.Rename(tmp.Name(), path)
}

// WriteJSON is WriteAtomic of an indented JSON document.
func WriteJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}

	return WriteAtomic(path, append(content, '\n'))
}
