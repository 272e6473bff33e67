package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configdiff"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/container"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ApplyConfiguration gives a configured machine another configuration. Its modes and words are Talos' own
// (internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go, ApplyConfiguration).
func (s *machined) ApplyConfiguration(ctx context.Context, in *machineapi.ApplyConfigurationRequest) (*machineapi.ApplyConfigurationResponse, error) {
	cfg, err := configloader.NewFromBytes(in.GetData())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}

	if cfg.RawV1Alpha1() == nil {
		return nil, status.Error(codes.InvalidArgument,
			"the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?")
	}

	view := s.machine.View()
	metal := metalMode{installed: view.Installed}

	warnings, err := cfg.Validate(metal)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}

	more, err := cfg.RuntimeValidate(ctx, s.state, metal)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}

	mode, details, err := resolveMode(in.Mode, view.Config, cfg)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}

	answer := &machineapi.ApplyConfiguration{Mode: mode, Warnings: slices.Concat(warnings, more), ModeDetails: details}

	if in.DryRun {
		diff, err := configdiff.DiffToString(view.Config, cfg)
		if err != nil {
			return nil, fmt.Errorf("failed to generate diff: %w", err)
		}

		if diff == "" {
			diff = "No changes."
		}

		answer.ModeDetails = fmt.Sprintf("Dry run summary:\n%s (skipped in dry-run).\nConfig diff:\n\n%s", strings.SplitN(details, ":", 2)[0], diff)
	} else {
		s.apply(mode, cfg, view.Config, in.GetTryModeTimeout().AsDuration())
	}

	return &machineapi.ApplyConfigurationResponse{Messages: []*machineapi.ApplyConfiguration{answer}}, nil
}

func (s *machined) apply(mode machineapi.ApplyConfigurationRequest_Mode, cfg, before config.Provider, tried time.Duration) {
	now := mode == machineapi.ApplyConfigurationRequest_NO_REBOOT || mode == machineapi.ApplyConfigurationRequest_TRY
	s.machine.Reconfigure(cfg, now, mode == machineapi.ApplyConfigurationRequest_REBOOT)

	if mode == machineapi.ApplyConfigurationRequest_TRY {
		time.AfterFunc(tried, func() { s.machine.Reconfigure(before, true, false) })
	}
}

func resolveMode(asked machineapi.ApplyConfigurationRequest_Mode, before, after config.Provider) (machineapi.ApplyConfigurationRequest_Mode, string, error) {
	const rebooting, immediate = "Applied configuration with a reboot", "Applied configuration without a reboot"

	switch asked {
	case machineapi.ApplyConfigurationRequest_TRY, machineapi.ApplyConfigurationRequest_NO_REBOOT:
		return asked, immediate, immediately(before, after)
	case machineapi.ApplyConfigurationRequest_STAGED:
		return asked, "Staged configuration to be applied after the next reboot", nil
	case machineapi.ApplyConfigurationRequest_AUTO:
		if err := immediately(before, after); err != nil {
			return machineapi.ApplyConfigurationRequest_REBOOT, rebooting + ": " + err.Error(), nil
		}

		return machineapi.ApplyConfigurationRequest_NO_REBOOT, immediate, nil
	case machineapi.ApplyConfigurationRequest_REBOOT:
		return asked, rebooting, nil
	default:
		return asked, "", fmt.Errorf("incorrect mode '%s' specified for the apply config call", asked)
	}
}

// immediately says why a change needs a reboot. These fields need none (v1alpha1_runtime.go, CanApplyImmediate); the
// network's, time's and resolvers' own documents never do.
func immediately(before, after config.Provider) error {
	old, changed := before.RawV1Alpha1(), after.RawV1Alpha1()
	if old == nil {
		return errors.New("current config is not v1alpha1")
	}

	fresh := changed.DeepCopy()
	fresh.ConfigDebug, fresh.ClusterConfig = old.ConfigDebug, old.ClusterConfig

	if fresh.MachineConfig != nil && old.MachineConfig != nil {
		to, from := reflect.ValueOf(fresh.MachineConfig).Elem(), reflect.ValueOf(old.MachineConfig).Elem()

		for _, field := range []string{
			"MachineCA", "MachineAcceptedCAs", "MachineTime", "MachineCertSANs", "MachineInstall", "MachineNetwork", "MachineSysfs",
			"MachineSysctls", "MachineLogging", "MachineControlPlane", "MachineKubelet", "MachineKernel", "MachineRegistries", "MachinePods",
			"MachineSeccompProfiles", "MachineNodeAnnotations", "MachineNodeLabels", "MachineNodeTaints",
		} {
			to.FieldByName(field).Set(from.FieldByName(field))
		}
	}

	if reflect.DeepEqual(old, fresh) {
		return nil
	}

	diff, err := configdiff.DiffToString(container.NewV1Alpha1(old), container.NewV1Alpha1(fresh))
	if err != nil {
		return fmt.Errorf("error calculating diff: %w", err)
	}

	return fmt.Errorf("this config change can't be applied in immediate mode\ndiff:\n%s", diff)
}
