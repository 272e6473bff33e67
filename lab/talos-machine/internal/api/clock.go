package api

import (
	"context"
	"fmt"
	"time"

	timeapi "github.com/siderolabs/talos/pkg/machinery/api/time"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"appliance-client/lab/talos-machine/internal/machine"
)

// clock answers `talosctl time`. The time server knows this computer's time; no packet is sent.
type clock struct {
	timeapi.UnimplementedTimeServiceServer

	machine *machine.Machine
}

// Time of the machine and of its first time server.
func (c *clock) Time(ctx context.Context, _ *emptypb.Empty) (*timeapi.TimeResponse, error) {
	return c.TimeCheck(ctx, &timeapi.TimeRequest{Server: c.machine.View().TimeServers()[0]})
}

// TimeCheck compares the machine's clock with a time server's.
func (c *clock) TimeCheck(_ context.Context, in *timeapi.TimeRequest) (*timeapi.TimeResponse, error) {
	view := c.machine.View()
	if !view.Synced {
		return nil, fmt.Errorf("error querying NTP server %q: read udp %s:47061->192.0.2.123:123: i/o timeout", in.Server, view.Address)
	}

	return &timeapi.TimeResponse{Messages: []*timeapi.Time{{
		Server: in.Server, Localtime: timestamppb.New(view.Now()), Remotetime: timestamppb.New(time.Now()),
	}}}, nil
}
