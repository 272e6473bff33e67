package api

import (
	"context"
	"fmt"
	"net"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"appliance-client/lab/talos-machine/internal/resources"
)

// EtcdMemberList gives the one member, once etcd is up.
func (s *machined) EtcdMemberList(context.Context, *machineapi.EtcdMemberListRequest) (*machineapi.EtcdMemberListResponse, error) {
	if err := s.etcdUp(); err != nil {
		return nil, err
	}

	view := s.machine.View()

	return &machineapi.EtcdMemberListResponse{Messages: []*machineapi.EtcdMembers{{
		LegacyMembers: []string{view.Hostname()},
		Members: []*machineapi.EtcdMember{{
			Id: resources.EtcdMemberID, Hostname: view.Hostname(),
			PeerUrls:   []string{"https://" + net.JoinHostPort(view.Address.String(), "2380")},
			ClientUrls: []string{"https://" + net.JoinHostPort(view.Address.String(), "2379")},
		}},
	}}}, nil
}

// EtcdStatus of the member.
func (s *machined) EtcdStatus(context.Context, *emptypb.Empty) (*machineapi.EtcdStatusResponse, error) {
	if err := s.etcdUp(); err != nil {
		return nil, fmt.Errorf("failed to query etcd status: %w", err)
	}

	return &machineapi.EtcdStatusResponse{Messages: []*machineapi.EtcdStatus{{MemberStatus: &machineapi.EtcdMemberStatus{
		MemberId: resources.EtcdMemberID, Leader: resources.EtcdMemberID, ProtocolVersion: "3.6.6", StorageVersion: "3.6.0",
		DbSize: 4 << 20, DbSizeInUse: 2 << 20, RaftTerm: 2, RaftIndex: 1000, RaftAppliedIndex: 1000,
	}}}}, nil
}

// EtcdAlarmList is empty.
func (s *machined) EtcdAlarmList(context.Context, *emptypb.Empty) (*machineapi.EtcdAlarmListResponse, error) {
	if err := s.etcdUp(); err != nil {
		return nil, err
	}

	return &machineapi.EtcdAlarmListResponse{Messages: []*machineapi.EtcdAlarm{{}}}, nil
}

func (s *machined) etcdUp() error {
	if etcd, ok := s.machine.View().Service("etcd"); ok && etcd.Healthy != nil && *etcd.Healthy {
		return nil
	}

	return status.FromContextError(context.DeadlineExceeded).Err()
}
