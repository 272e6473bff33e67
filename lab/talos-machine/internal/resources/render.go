package resources

import (
	"fmt"

	"github.com/cosi-project/runtime/pkg/resource"
	"go.yaml.in/yaml/v4"

	"appliance-client/lab/talos-machine/internal/machine"
)

// render gives every resource that a machine in this state has.
func render(view machine.View) []resource.Resource {
	if view.Stage == machine.StageOff {
		return nil
	}

	var all []resource.Resource

	for _, part := range []func(machine.View) []resource.Resource{disks, networking, system, services} {
		all = append(all, part(view)...)
	}

	if view.Config != nil {
		all = append(all, configuration(view)...)
		all = append(all, clusterMembership(view)...)
		all = append(all, kubernetes(view)...)
	}

	return all
}

// specOf is the comparable text of a resource's spec.
func specOf(value any) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}

	return string(text)
}
