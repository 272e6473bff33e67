package api

import (
	"context"

	cosi "github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/state/protobuf/server"
	clusterapi "github.com/siderolabs/talos/pkg/machinery/api/cluster"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/api/storage"
	timeapi "github.com/siderolabs/talos/pkg/machinery/api/time"
	"github.com/siderolabs/talos/pkg/machinery/version"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// machined is the API of a configured machine; its methods are spread over this folder by what they are about.
// What it does not have answers Unimplemented.
type machined struct {
	machineapi.UnimplementedMachineServiceServer

	machine *machine.Machine
	state   *resources.State
}

func registerMachined(s *grpc.Server, m *machine.Machine, st *resources.State) {
	machineapi.RegisterMachineServiceServer(s, &machined{machine: m, state: st})
	storage.RegisterStorageServiceServer(s, &disks{machine: m})
	timeapi.RegisterTimeServiceServer(s, &clock{machine: m})
	clusterapi.RegisterClusterServiceServer(s, &health{machine: m})
	cosi.RegisterStateServer(s, server.NewState(readable(st, m, true)))
}

// Version of the system.
func (*machined) Version(context.Context, *emptypb.Empty) (*machineapi.VersionResponse, error) {
	return &machineapi.VersionResponse{Messages: []*machineapi.Version{{
		Version:  version.NewVersion(),
		Platform: &machineapi.PlatformInfo{Name: "metal", Mode: "metal"},
		Features: &machineapi.FeaturesInfo{Rbac: true},
	}}}, nil
}

// Hostname of the machine.
func (s *machined) Hostname(context.Context, *emptypb.Empty) (*machineapi.HostnameResponse, error) {
	return &machineapi.HostnameResponse{Messages: []*machineapi.Hostname{{Hostname: s.machine.View().Hostname()}}}, nil
}

// ServiceList gives the services with their states.
func (s *machined) ServiceList(context.Context, *emptypb.Empty) (*machineapi.ServiceListResponse, error) {
	list := &machineapi.ServiceList{}
	for _, service := range s.machine.View().Services {
		list.Services = append(list.Services, service.AsProto())
	}

	return &machineapi.ServiceListResponse{Messages: []*machineapi.ServiceList{list}}, nil
}

// Bootstrap etcd.
func (s *machined) Bootstrap(context.Context, *machineapi.BootstrapRequest) (*machineapi.BootstrapResponse, error) {
	s.machine.Console().Printf("[talos] bootstrap request received")

	if err := s.machine.Bootstrap(); err != nil {
		return nil, err
	}

	return &machineapi.BootstrapResponse{Messages: []*machineapi.Bootstrap{{}}}, nil
}

// Reboot the machine.
func (s *machined) Reboot(context.Context, *machineapi.RebootRequest) (*machineapi.RebootResponse, error) {
	actor, _ := s.machine.Reboot()

	return &machineapi.RebootResponse{Messages: []*machineapi.Reboot{{ActorId: actor}}}, nil
}

// Shutdown switches the machine off.
func (s *machined) Shutdown(context.Context, *machineapi.ShutdownRequest) (*machineapi.ShutdownResponse, error) {
	return &machineapi.ShutdownResponse{Messages: []*machineapi.Shutdown{{ActorId: s.machine.Shutdown()}}}, nil
}

// Reset wipes the machine.
func (s *machined) Reset(_ context.Context, in *machineapi.ResetRequest) (*machineapi.ResetResponse, error) {
	actor, err := s.machine.Reset(in)
	if err != nil {
		return nil, err
	}

	return &machineapi.ResetResponse{Messages: []*machineapi.Reset{{ActorId: actor}}}, nil
}
