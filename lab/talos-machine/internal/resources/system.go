package resources

import (
	"slices"
	"strings"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/google/uuid"
	"github.com/siderolabs/talos/pkg/machinery/resources/hardware"
	"github.com/siderolabs/talos/pkg/machinery/resources/runtime"
	timeres "github.com/siderolabs/talos/pkg/machinery/resources/time"
	"github.com/siderolabs/talos/pkg/machinery/resources/v1alpha1"
	"github.com/siderolabs/talos/pkg/machinery/version"

	"appliance-client/lab/talos-machine/internal/machine"
)

// The machine's size; no test needs another one so far.
const (
	MemoryMiB = 16384
	Cores     = 4
)

func system(view machine.View) []resource.Resource {
	status := runtime.NewMachineStatus()
	spec := status.TypedSpec()

	if err := spec.Stage.UnmarshalText([]byte(view.Stage)); err != nil {
		spec.Stage = runtime.MachineStageUnknown
	}

	unmet := view.Unmet()
	spec.Status.Ready = len(unmet) == 0

	for name, reason := range unmet {
		spec.Status.UnmetConditions = append(spec.Status.UnmetConditions, runtime.UnmetCondition{Name: name, Reason: reason})
	}

	slices.SortFunc(spec.Status.UnmetConditions, func(a, b runtime.UnmetCondition) int { return strings.Compare(a.Name, b.Name) })

	clock := timeres.NewStatus()
	clock.TypedSpec().Synced = view.Synced

	adjust := timeres.NewAdjtimeStatus()
	*adjust.TypedSpec() = timeres.AdjtimeStatusSpec{
		Offset: offsetSeen(view), FrequencyAdjustmentRatio: 1, Status: "PLL | NANO", SyncStatus: view.Synced, State: "OK",
	}

	talos := runtime.NewVersion()
	talos.TypedSpec().Version = version.Tag

	platform := runtime.NewPlatformMetadataSpec(runtime.NamespaceName, runtime.PlatformMetadataID)
	*platform.TypedSpec() = runtime.PlatformMetadataSpec{Platform: "metal", Hostname: view.Hostname()}

	info := hardware.NewSystemInformation(hardware.SystemInformationID)
	*info.TypedSpec() = hardware.SystemInformationSpec{
		Manufacturer: "QEMU", ProductName: "Standard PC (Q35 + ICH9, 2009)", Version: "pc-q35-8.2",
		UUID: uuid.NewSHA1(uuid.NameSpaceDNS, []byte(view.Listen)).String(), WakeUpType: "Power Switch",
	}

	memory := hardware.NewMemoryModuleInfo("DIMM-0")
	*memory.TypedSpec() = hardware.MemoryModuleSpec{Size: MemoryMiB, DeviceLocator: "DIMM 0", Manufacturer: "QEMU"}

	cpu := hardware.NewProcessorInfo("CPU-0")
	*cpu.TypedSpec() = hardware.ProcessorSpec{Socket: "CPU 0", Manufacturer: "QEMU", ProductName: "pc-q35-8.2", MaxSpeed: 2000, CoreCount: Cores, CoreEnabled: Cores, ThreadCount: Cores}

	return []resource.Resource{status, clock, adjust, talos, platform, info, memory, cpu}
}

// offsetSeen is what the machine knows of its own error: nothing, where it believes in its clock.
func offsetSeen(view machine.View) time.Duration {
	if view.Synced {
		return 0
	}

	return view.ClockOffset
}

func services(view machine.View) []resource.Resource {
	var all []resource.Resource

	for _, s := range view.Services {
		// As in Talos, a service that does not run has no resource.
		if !s.Running() {
			continue
		}

		r := v1alpha1.NewService(s.ID)
		*r.TypedSpec() = v1alpha1.ServiceSpec{Running: true, Healthy: s.Healthy != nil && *s.Healthy, Unknown: s.Healthy == nil}
		all = append(all, r)
	}

	return all
}
