package api

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/siderolabs/grpc-proxy/proxy"
	"github.com/siderolabs/talos/pkg/machinery/api/common"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// backends are the two servers behind the port, reached in memory.
type backends struct {
	maintenance, secure *local
}

func newBackends(m *machine.Machine, st *resources.State) (*backends, error) {
	maintenance, err := serve(func(s *grpc.Server) { registerMaintenance(s, m, st) }, func() bool { return true })
	if err != nil {
		return nil, err
	}

	secure, err := serve(func(s *grpc.Server) { registerMachined(s, m, st) }, func() bool { return m.View().Config != nil })

	return &backends{maintenance: maintenance, secure: secure}, err
}

// serve starts a server in memory; a call that reaches it when it is not there any more is refused.
func serve(register func(*grpc.Server), there func() bool) (*local, error) {
	errGone := status.Error(codes.Unavailable, "the machine is going down")
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.UnaryInterceptor(func(ctx context.Context, in any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if !there() {
				return nil, errGone
			}

			return handler(ctx, in)
		}),
		grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			if !there() {
				return errGone
			}

			return handler(srv, stream)
		}),
	)
	register(server)

	go func() { _ = server.Serve(listener) }()

	conn, err := grpc.NewClient("passthrough:///machined",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.ForceCodecV2(proxy.Codec())),
	)

	return &local{conn: conn}, err
}

// local is a backend of this machine; target is the name by which the caller asked for it, empty when it did not.
type local struct {
	conn   *grpc.ClientConn
	target string
}

func (l *local) as(target string) *local { return &local{conn: l.conn, target: target} }

func (l *local) String() string { return l.target }

// GetConnection implements proxy.Backend.
func (l *local) GetConnection(ctx context.Context, _ string) (context.Context, *grpc.ClientConn, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	md = md.Copy()
	md.Delete("nodes")
	md.Delete("node")
	md.Delete(":authority")

	return metadata.NewOutgoingContext(ctx, md), l.conn, nil
}

// AppendInfo implements proxy.Backend: every message of an answer says which node it is from. A unary answer is one
// message in a list (field 1), so the metadata goes into that message, and its length before it.
func (l *local) AppendInfo(streaming bool, answer []byte) ([]byte, error) {
	info, err := proto.Marshal(&common.Empty{Metadata: &common.Metadata{Hostname: l.target}})
	if err != nil || streaming {
		return append(answer, info...), err
	}

	const messages = 1

	number, kind, tag := protowire.ConsumeTag(answer)
	if tag < 0 || number != messages || kind != protowire.BytesType {
		return nil, fmt.Errorf("the answer of %s is no list of messages", l.target)
	}

	message, size := protowire.ConsumeBytes(answer[tag:])
	if size < 0 {
		return nil, protowire.ParseError(size)
	}

	head := protowire.AppendTag(nil, messages, protowire.BytesType)

	return protowire.AppendBytes(head, append(append([]byte(nil), message...), info...)), nil
}

// BuildError implements proxy.Backend: an error of one node of many is told in that node's message.
func (l *local) BuildError(streaming bool, err error) ([]byte, error) {
	info := &common.Empty{Metadata: &common.Metadata{Hostname: l.target, Error: err.Error(), Status: status.Convert(err).Proto()}}
	if streaming {
		return proto.Marshal(info)
	}

	return proto.Marshal(&common.EmptyResponse{Messages: []*common.Empty{info}})
}

// absent is a node that is not there: whoever asks for it learns how the dial failed.
type absent struct {
	local
	address string
}

const absentTimeout = 5 * time.Second

// GetConnection implements proxy.Backend.
func (a *absent) GetConnection(ctx context.Context, _ string) (context.Context, *grpc.ClientConn, error) {
	conn, err := net.DialTimeout("tcp", a.address, absentTimeout)
	if err == nil {
		_ = conn.Close()

		err = fmt.Errorf("%s is not a machine of this cluster", a.address)
	}

	return ctx, nil, status.Errorf(codes.Unavailable, "connection error: desc = %q", "transport: Error while dialing: "+err.Error())
}
