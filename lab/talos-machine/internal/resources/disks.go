package resources

import (
	"path/filepath"
	"slices"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/dustin/go-humanize"
	"github.com/siderolabs/talos/pkg/machinery/resources/block"

	"appliance-client/lab/talos-machine/internal/machine"
)

func disks(view machine.View) []resource.Resource {
	var all []resource.Resource

	for _, d := range view.Disks {
		r := block.NewDisk(block.NamespaceName, filepath.Base(d.Device))
		*r.TypedSpec() = block.DiskSpec{
			DevPath: d.Device, Size: d.Size, PrettySize: humanize.Bytes(d.Size), IOSize: 512, SectorSize: 512,
			Readonly: d.Readonly, CDROM: d.CDROM, Model: d.Model, Serial: d.Serial, Transport: d.Transport,
			BusPath: "/pci0000:00/0000:00:07.0/", SubSystem: "/sys/class/block",
		}
		all = append(all, r)
	}

	if !view.Installed || view.Config == nil {
		return all
	}

	device := view.Config.Machine().Install().Disk()
	if !slices.ContainsFunc(view.Disks, func(d machine.Disk) bool { return d.Device == device }) {
		return all
	}

	r := block.NewSystemDisk(block.NamespaceName, block.SystemDiskID)
	*r.TypedSpec() = block.SystemDiskSpec{DiskID: filepath.Base(device), DevPath: device}

	return append(all, r)
}
