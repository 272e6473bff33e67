package api

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/siderolabs/grpc-proxy/proxy"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"appliance-client/lab/talos-machine/internal/machine"
)

// director routes a call as apid's does (internal/app/apid/pkg/director): talosctl names the nodes it means in the
// call's metadata; one that names several answers with one message a node, errors included.
type director struct {
	view     machine.View
	backends *backends
}

func (d *director) direct(ctx context.Context, method string) (proxy.Mode, []proxy.Backend, error) {
	if d.view.Mode == machine.ModeMaintenance {
		return proxy.One2One, []proxy.Backend{d.backends.maintenance}, nil
	}

	md, _ := metadata.FromIncomingContext(ctx)

	switch nodes, node := md.Get("nodes"), md.Get("node"); {
	case len(nodes) > 0 && strings.HasPrefix(method, "/cosi."):
		return proxy.One2One, nil, status.Error(codes.InvalidArgument, "one-2-many proxying is not supported for COSI methods")
	case len(nodes) > 0:
		targets := make([]proxy.Backend, 0, len(nodes))
		for _, n := range nodes {
			targets = append(targets, d.backend(n))
		}

		return proxy.One2Many, targets, nil
	case len(node) > 1:
		return proxy.One2One, nil, status.Error(codes.InvalidArgument, "node metadata must be single-valued")
	case len(node) == 1:
		return proxy.One2One, []proxy.Backend{d.backend(node[0])}, nil
	default:
		return proxy.One2One, []proxy.Backend{d.backends.secure}, nil
	}
}

// backend for a node by address or name: this machine, or nobody, since it has no others in its cluster.
func (d *director) backend(target string) proxy.Backend {
	if target == d.view.Address.String() || target == d.view.Hostname() || target == "127.0.0.1" || target == "localhost" {
		return d.backends.secure.as(target)
	}

	return &absent{local: local{target: target}, address: net.JoinHostPort(target, "50000")}
}

// streamed says which methods answer with a stream (internal/app/apid/main.go).
func streamed(method string) bool {
	return strings.HasSuffix(method, "Stream") || slices.Contains([]string{
		"/machine.MachineService/Copy", "/machine.MachineService/DiskUsage", "/machine.MachineService/Dmesg",
		"/machine.MachineService/EtcdSnapshot", "/machine.MachineService/Events", "/machine.MachineService/ImageList",
		"/machine.MachineService/Kubeconfig", "/machine.MachineService/List", "/machine.MachineService/Logs",
		"/machine.MachineService/PacketCapture", "/machine.MachineService/Read", "/cluster.ClusterService/HealthCheck",
	}, method)
}
