package api

import (
	"context"

	"github.com/siderolabs/talos/pkg/machinery/api/storage"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/machine"
)

// disks is the old storage API; talosctl uses it to see that a machine is in maintenance mode after a reset.
type disks struct {
	storage.UnimplementedStorageServiceServer

	machine *machine.Machine
}

// Disks of the machine.
func (d *disks) Disks(context.Context, *emptypb.Empty) (*storage.DisksResponse, error) {
	list := &storage.Disks{}

	for _, disk := range d.machine.View().Disks {
		kind := storage.Disk_HDD
		if disk.CDROM {
			kind = storage.Disk_CD
		}

		list.Disks = append(list.Disks, &storage.Disk{
			DeviceName: disk.Device, Size: disk.Size, Model: disk.Model, Serial: disk.Serial, Type: kind, Readonly: disk.Readonly,
		})
	}

	return &storage.DisksResponse{Messages: []*storage.Disks{list}}, nil
}
