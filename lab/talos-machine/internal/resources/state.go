// Package resources shows the machine as COSI resources: what `talosctl get` reads.
package resources

import (
	"context"
	"errors"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
	"github.com/cosi-project/runtime/pkg/state/registry"

	"appliance-client/lab/talos-machine/internal/machine"
)

// State holds the machine's resources.
type State struct {
	state.State
}

// New makes a state that knows Talos' namespaces and resource types and holds no resource yet.
func New(ctx context.Context) (*State, error) {
	st := state.WrapCore(namespaced.NewState(inmem.Build))
	spaces, kinds := registry.NewNamespaceRegistry(st), registry.NewResourceRegistry(st)

	err := errors.Join(spaces.RegisterDefault(ctx), kinds.RegisterDefault(ctx))

	for _, ns := range namespaces {
		err = errors.Join(err, spaces.Register(ctx, ns, ns))
	}

	for _, definition := range definitions {
		err = errors.Join(err, kinds.Register(ctx, definition))
	}

	return &State{State: st}, err
}

// Sync makes the resources those of the view: creates, updates and destroys what differs.
func (s *State) Sync(ctx context.Context, view machine.View) error {
	wanted := map[string]bool{}

	for _, r := range render(view) {
		wanted[key(*r.Metadata())] = true

		if err := s.put(ctx, r); err != nil {
			return err
		}
	}

	for _, definition := range definitions {
		spec := definition.ResourceDefinition()

		list, err := s.List(ctx, resource.NewMetadata(spec.DefaultNamespace, spec.Type, "", resource.VersionUndefined))
		if err != nil {
			return err
		}

		for _, r := range list.Items {
			if wanted[key(*r.Metadata())] {
				continue
			}

			if err := s.Destroy(ctx, r.Metadata()); err != nil {
				return err
			}
		}
	}

	return nil
}

func (s *State) put(ctx context.Context, r resource.Resource) error {
	old, err := s.Get(ctx, r.Metadata())
	if state.IsNotFoundError(err) {
		return s.Create(ctx, r)
	}

	if err != nil || same(old, r) {
		return err
	}

	r.Metadata().SetVersion(old.Metadata().Version())

	return s.Update(ctx, r)
}

func same(a, b resource.Resource) bool { return specOf(a.Spec()) == specOf(b.Spec()) }

func key(md resource.Metadata) string { return md.Namespace() + "/" + md.Type() + "/" + md.ID() }
