package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/api/common"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/machine"
)

// Dmesg gives the kernel log, in Talos' format.
func (s *machined) Dmesg(in *machineapi.DmesgRequest, out grpc.ServerStreamingServer[common.Data]) error {
	tail := -1
	if in.Tail {
		tail = 0
	}

	return s.follow(out, tail, in.Follow, func(line machine.Line) string {
		return fmt.Sprintf("%s: %7s: [%s]: %s\n", "user", "warning", line.At.UTC().Format(time.RFC3339Nano), line.Text)
	})
}

// Logs of a service: what the machine said about it. (No service here writes a log of its own.)
func (s *machined) Logs(in *machineapi.LogsRequest, out grpc.ServerStreamingServer[common.Data]) error {
	if _, ok := s.machine.View().Service(in.Id); !ok {
		return status.Errorf(codes.Unknown, "log %q was not registered", in.Id)
	}

	return s.follow(out, int(in.TailLines), in.Follow, func(line machine.Line) string {
		if in.Id != "machined" && !strings.Contains(line.Text, "service["+in.Id+"]") {
			return ""
		}

		return line.Text + "\n"
	})
}

func (s *machined) follow(out grpc.ServerStreamingServer[common.Data], tail int, follow bool, format func(machine.Line) string) error {
	past, next, end := s.machine.Console().Follow(tail)
	defer end()

	for _, line := range past {
		if err := send(out, format(line)); err != nil {
			return err
		}
	}

	for follow {
		select {
		case <-out.Context().Done():
			return status.FromContextError(out.Context().Err()).Err()
		case line := <-next:
			if err := send(out, format(line)); err != nil {
				return err
			}
		}
	}

	return nil
}

func send(out grpc.ServerStreamingServer[common.Data], text string) error {
	if text == "" {
		return nil
	}

	return out.Send(&common.Data{Bytes: []byte(text)})
}

// LogsContainers names the logs that there are.
func (s *machined) LogsContainers(context.Context, *emptypb.Empty) (*machineapi.LogsContainersResponse, error) {
	names := &machineapi.LogsContainer{}
	for _, service := range s.machine.View().Services {
		names.Ids = append(names.Ids, service.ID)
	}

	return &machineapi.LogsContainersResponse{Messages: []*machineapi.LogsContainer{names}}, nil
}

// freshBoot is how long after a boot whoever watches gets all its events. talosctl looks once a second whether a
// reboot is over, and expects minutes of it: here it could be over between two looks, and be waited for in vain.
const freshBoot = 10 * time.Second

// Events streams what happens; `talosctl reboot --wait` and the like follow it.
func (s *machined) Events(in *machineapi.EventsRequest, out grpc.ServerStreamingServer[machineapi.Event]) error {
	tail := int(in.TailEvents)
	if s.machine.View().Now().Sub(s.machine.View().BootedAt) < freshBoot {
		tail = -1
	}

	past, next, end := s.machine.Events().Watch(tail)
	defer end()

	// An empty event first: the stream has begun.
	if err := sendEvent(out, machine.Event{Actor: in.WithActorId}); err != nil {
		return err
	}

	for _, event := range past {
		if err := sendEvent(out, event); err != nil {
			return err
		}
	}

	for {
		select {
		case <-out.Context().Done():
			return status.FromContextError(out.Context().Err()).Err()
		case event := <-next:
			if err := sendEvent(out, event); err != nil {
				return err
			}
		}
	}
}

func sendEvent(out grpc.ServerStreamingServer[machineapi.Event], event machine.Event) error {
	data := &anypb.Any{TypeUrl: "talos/runtime/"}

	if event.Payload != nil {
		packed, err := anypb.New(event.Payload)
		if err != nil {
			return err
		}

		data = &anypb.Any{TypeUrl: "talos/runtime/" + string(event.Payload.ProtoReflect().Descriptor().FullName()), Value: packed.Value}
	}

	return out.Send(&machineapi.Event{Id: event.ID, ActorId: event.Actor, Data: data})
}
