package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// readable gives the resources as the API lets one see them: nothing can be written, and secrets are shown to an
// administrator only (internal/app/resources/access.go). Who has a client certificate counts as one.
func readable(st *resources.State, m *machine.Machine, administrator bool) state.State {
	return state.WrapCore(state.Filter(&shifted{CoreState: st.State, machine: m}, func(ctx context.Context, access state.Access) error {
		if !access.Verb.Readonly() {
			return status.Error(codes.PermissionDenied, "write access is not allowed")
		}

		definition, err := safe.StateGet[*meta.ResourceDefinition](ctx, st, resource.NewMetadata(
			meta.NamespaceName, meta.ResourceDefinitionType, strings.ToLower(access.ResourceType), resource.VersionUndefined,
		))
		if state.IsNotFoundError(err) {
			return status.Error(codes.PermissionDenied, fmt.Sprintf("resource type %q is not supported", access.ResourceType))
		}

		if err != nil {
			return err
		}

		if definition.TypedSpec().Sensitivity == meta.Sensitive && !administrator {
			return status.Error(codes.PermissionDenied, "not authorized")
		}

		return nil
	}))
}

// shifted shows the resources with the times of the machine's own clock.
type shifted struct {
	state.CoreState

	machine *machine.Machine
}

// Get implements state.CoreState.
func (s *shifted) Get(ctx context.Context, pointer resource.Pointer, opts ...state.GetOption) (resource.Resource, error) {
	r, err := s.CoreState.Get(ctx, pointer, opts...)
	if err != nil {
		return nil, err
	}

	return s.shift(r), nil
}

// List implements state.CoreState.
func (s *shifted) List(ctx context.Context, kind resource.Kind, opts ...state.ListOption) (resource.List, error) {
	list, err := s.CoreState.List(ctx, kind, opts...)

	for i, r := range list.Items {
		list.Items[i] = s.shift(r)
	}

	return list, err
}

func (s *shifted) shift(r resource.Resource) resource.Resource {
	offset := s.machine.View().ClockOffset
	if offset == 0 {
		return r
	}

	r = r.DeepCopy()
	r.Metadata().SetCreated(r.Metadata().Created().Add(offset))
	r.Metadata().SetUpdated(r.Metadata().Updated().Add(offset))

	return r
}
