package faults

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Parse reads a fault from a flag: a kind ("disk-missing") or JSON ({"kind":"slow","delayMs":200}).
func Parse(text string) (Fault, error) {
	fault := Fault{Kind: Kind(text)}

	if strings.HasPrefix(text, "{") {
		fault = Fault{}
		if err := json.Unmarshal([]byte(text), &fault); err != nil {
			return fault, fmt.Errorf("fault %s: %w", text, err)
		}
	}

	return fault, fault.Validate()
}
