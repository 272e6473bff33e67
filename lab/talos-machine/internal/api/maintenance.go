package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	cosi "github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/state/protobuf/server"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/api/storage"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// maintenance is the API before the machine has a configuration (internal/app/maintenance/server.go of Talos v1.12).
type maintenance struct {
	machineapi.UnimplementedMachineServiceServer

	machine *machine.Machine
	state   *resources.State
}

func registerMaintenance(s *grpc.Server, m *machine.Machine, st *resources.State) {
	machineapi.RegisterMachineServiceServer(s, &maintenance{machine: m, state: st})
	storage.RegisterStorageServiceServer(s, &disks{machine: m})
	cosi.RegisterStateServer(s, server.NewState(readable(st, m, false)))
}

// Version is refused without a client certificate, in a real machine too.
func (*maintenance) Version(context.Context, *emptypb.Empty) (*machineapi.VersionResponse, error) {
	return nil, status.Error(codes.Unimplemented, "API is not implemented in maintenance mode")
}

// ApplyConfiguration takes the configuration that ends the maintenance mode.
func (s *maintenance) ApplyConfiguration(ctx context.Context, in *machineapi.ApplyConfigurationRequest) (*machineapi.ApplyConfigurationResponse, error) {
	switch in.Mode {
	case machineapi.ApplyConfigurationRequest_TRY, machineapi.ApplyConfigurationRequest_REBOOT, machineapi.ApplyConfigurationRequest_AUTO:
	default:
		return nil, status.Errorf(codes.Unimplemented, "apply configuration --mode='%s' is not supported in maintenance mode",
			strings.ReplaceAll(strings.ToLower(in.Mode.String()), "_", "-"))
	}

	cfg, err := configloader.NewFromBytes(in.GetData())
	if err != nil {
		return nil, fmt.Errorf("failed to parse config: %w", err)
	}

	metal := metalMode{installed: s.machine.View().Installed}

	warnings, err := cfg.Validate(metal)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "configuration validation failed: %s", err)
	}

	more, err := cfg.RuntimeValidate(ctx, s.state, metal)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "runtime configuration validation failed: %s", err)
	}

	answer := &machineapi.ApplyConfiguration{Warnings: slices.Concat(warnings, more)}

	if in.DryRun {
		answer.ModeDetails = "Dry run summary:\nNode is running in maintenance mode and does not have a config yet."
	} else if err := s.machine.Submit(cfg); err != nil {
		return nil, err
	}

	return &machineapi.ApplyConfigurationResponse{Messages: []*machineapi.ApplyConfiguration{answer}}, nil
}

// metalMode is the validation mode of a machine that installs to a disk.
type metalMode struct{ installed bool }

func (metalMode) String() string          { return "metal" }
func (m metalMode) RequiresInstall() bool { return !m.installed }
func (metalMode) InContainer() bool       { return false }
