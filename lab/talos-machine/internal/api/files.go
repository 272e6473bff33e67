package api

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/api/common"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/version"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

const (
	memoryKiB    = resources.MemoryMiB * 1024
	memoryFree   = memoryKiB / 2
	ephemeralGiB = 90
)

// fileSystem is what can be read of the machine's files.
func fileSystem(view machine.View) map[string]string {
	var resolvers strings.Builder
	for _, r := range view.Resolvers() {
		fmt.Fprintf(&resolvers, "nameserver %s\n", r)
	}

	release, _ := version.OSRelease() // it reads what is compiled in
	up := view.Now().Sub(view.BootedAt).Seconds()

	return map[string]string{
		"/etc/hostname":                   view.Hostname() + "\n",
		"/etc/os-release":                 string(release),
		"/etc/resolv.conf":                resolvers.String(),
		"/proc/cmdline":                   "talos.platform=metal console=tty0 init_on_alloc=1 slab_nomerge pti=on consoleblank=0\n",
		"/proc/loadavg":                   "0.42 0.37 0.31 1/512 4242\n",
		"/proc/meminfo":                   fmt.Sprintf("MemTotal: %d kB\nMemFree: %d kB\nMemAvailable: %d kB\n", memoryKiB, memoryFree, memoryFree),
		"/proc/sys/kernel/random/boot_id": view.BootID + "\n",
		"/proc/uptime":                    fmt.Sprintf("%.2f %.2f\n", up, up*resources.Cores),
		"/proc/version":                   "Linux version 6.18.1-talos (@buildkitsandbox) #1 SMP\n",
	}
}

// Read a file.
func (s *machined) Read(in *machineapi.ReadRequest, out grpc.ServerStreamingServer[common.Data]) error {
	content, ok := fileSystem(s.machine.View())[path.Clean(in.Path)]
	if !ok {
		return status.Errorf(codes.NotFound, "stat %s: no such file or directory", in.Path)
	}

	return out.Send(&common.Data{Bytes: []byte(content)})
}

// List the files below a folder.
func (s *machined) List(in *machineapi.ListRequest, out grpc.ServerStreamingServer[machineapi.FileInfo]) error {
	content := fileSystem(s.machine.View())
	root := path.Clean("/" + in.Root)

	for _, name := range slices.Sorted(maps.Keys(content)) {
		if !strings.HasPrefix(name, strings.TrimSuffix(root, "/")+"/") {
			continue
		}

		if err := out.Send(&machineapi.FileInfo{
			Name: name, RelativeName: strings.TrimPrefix(name, strings.TrimSuffix(root, "/")+"/"), Size: int64(len(content[name])), Mode: 0o444,
		}); err != nil {
			return err
		}
	}

	return nil
}

// DiskUsage of folders; only /var holds anything.
func (s *machined) DiskUsage(in *machineapi.DiskUsageRequest, out grpc.ServerStreamingServer[machineapi.DiskUsageInfo]) error {
	var used int64
	for _, image := range s.machine.View().Images {
		used += image.Size
	}

	for _, folder := range in.Paths {
		if err := out.Send(&machineapi.DiskUsageInfo{Name: folder, RelativeName: folder, Size: used}); err != nil {
			return err
		}
	}

	return nil
}

// Mounts of the machine.
func (s *machined) Mounts(context.Context, *emptypb.Empty) (*machineapi.MountsResponse, error) {
	const gib = 1 << 30

	stats := []*machineapi.MountStat{
		{Filesystem: "rootfs", Size: 8 * gib, Available: 7 * gib, MountedOn: "/"},
		{Filesystem: "tmpfs", Size: 8 * gib, Available: 8 * gib, MountedOn: "/run"},
	}

	if view := s.machine.View(); view.Installed {
		disk := view.Config.Machine().Install().Disk()
		stats = append(stats,
			&machineapi.MountStat{Filesystem: disk + "5", Size: 100 << 20, Available: 90 << 20, MountedOn: "/system/state"},
			&machineapi.MountStat{Filesystem: disk + "6", Size: ephemeralGiB * gib, Available: (ephemeralGiB - 10) * gib, MountedOn: "/var"},
		)
	}

	return &machineapi.MountsResponse{Messages: []*machineapi.Mounts{{Stats: stats}}}, nil
}

// Memory of the machine.
func (s *machined) Memory(context.Context, *emptypb.Empty) (*machineapi.MemoryResponse, error) {
	return &machineapi.MemoryResponse{Messages: []*machineapi.Memory{{Meminfo: &machineapi.MemInfo{
		Memtotal: memoryKiB, Memfree: memoryFree, Memavailable: memoryFree, Cached: memoryKiB / 8, Buffers: memoryKiB / 64,
	}}}}, nil
}
