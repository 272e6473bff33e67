package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/machine"
)

const (
	pullRetry = 250 * time.Millisecond
	// pullGivesUp is where a pull that keeps failing ends, unless its fault names another time. Talos v1.12 tries for 20
	// minutes (internal/pkg/containers/image/image.go, PullTimeout); only a missing image ends a pull at once.
	pullGivesUp = 2 * time.Second
)

// ImagePull pulls an image to the node's runtime: asks the registry whether it has it, where the machine is told to.
func (s *machined) ImagePull(ctx context.Context, in *machineapi.ImagePullRequest) (*machineapi.ImagePullResponse, error) {
	deadline := time.Now().Add(pullGivesUp)
	if fault, ok := s.machine.Faults().Find(faults.ImagePull); ok && fault.DelayMs > 0 {
		deadline = time.Now().Add(fault.Delay())
	}

	for {
		image, err := s.pull(ctx, in.Reference)
		if err == nil {
			s.machine.PullImage(image)

			return &machineapi.ImagePullResponse{Messages: []*machineapi.ImagePull{{}}}, nil
		}

		err = fmt.Errorf("failed to pull image %q: %w", in.Reference, err)
		s.machine.Console().Printf("[talos] %s", err)

		if strings.HasSuffix(err.Error(), "not found") {
			return nil, status.Errorf(codes.NotFound, "error pulling image: %s", err)
		}

		if time.Now().After(deadline) {
			return nil, err
		}

		select {
		case <-ctx.Done():
			return nil, status.FromContextError(ctx.Err()).Err()
		case <-time.After(pullRetry):
		}
	}
}

func (s *machined) pull(ctx context.Context, reference string) (machine.Image, error) {
	image := machine.Image{Reference: reference, Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(reference))), Size: 64 << 20}

	if fault, ok := s.machine.Faults().Find(faults.ImagePull); ok && strings.Contains(reference, fault.Image) {
		return image, fmt.Errorf("failed to resolve reference %q: %s", reference, fault.Message)
	}

	registry, rest, _ := strings.Cut(reference, "/")
	name, version := splitVersion(rest)

	if fault, ok := s.machine.Faults().Find(faults.DNSRefused); ok {
		for _, r := range s.machine.View().Resolvers() {
			if r.String() == fault.Resolver {
				return image, fmt.Errorf("failed to resolve reference %q: failed to do request: Head %q: dial tcp: lookup %s on %s:53: connection refused",
					reference, "https://"+registry+"/v2/"+name+"/manifests/"+version, registry, fault.Resolver)
			}
		}
	}

	if !s.machine.ChecksImages() {
		return image, nil
	}

	digest, err := manifestDigest(ctx, s.machine.View().Config, reference)
	if err != nil {
		return image, fmt.Errorf("failed to resolve reference %q: %w", reference, err)
	}

	image.Digest = digest

	return image, nil
}

// ImageList gives what was pulled.
func (s *machined) ImageList(_ *machineapi.ImageListRequest, out grpc.ServerStreamingServer[machineapi.ImageListResponse]) error {
	view := s.machine.View()

	for _, image := range view.Images {
		if err := out.Send(&machineapi.ImageListResponse{
			Name: image.Reference, Digest: image.Digest, Size: image.Size, CreatedAt: timestamppb.New(view.BootedAt),
		}); err != nil {
			return err
		}
	}

	return nil
}
