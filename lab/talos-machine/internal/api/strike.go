package api

import (
	"context"
	"path"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"appliance-client/lab/talos-machine/internal/faults"
)

// strike counts every call, slows it down and lets the faults on calls strike, before or after the call's effect.
func (p *Port) strike(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	method := path.Base(info.FullMethod)
	p.machine.CountCall(method)

	if slow, ok := p.machine.Faults().Find(faults.Slow); ok {
		select {
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		case <-time.After(slow.Delay()):
		}
	}

	fault, struck := p.machine.Faults().Call(method)
	if !struck {
		return handler(srv, stream)
	}

	if fault.When == "after" {
		// The call is done, its answer never leaves.
		if err := handler(srv, &muted{stream}); err != nil {
			return err
		}
	}

	return p.act(stream.Context(), fault)
}

func (p *Port) act(ctx context.Context, fault faults.Fault) error {
	p.machine.Console().Printf("[lab] fault: %s %s the effect of %s", fault.Action, fault.When, fault.Method)

	switch fault.Action {
	case "error":
		code := codes.Code(fault.Code)
		if code == codes.OK {
			code = codes.Unavailable
		}

		return status.Error(code, fault.Message)
	case "cut":
		if far, ok := peer.FromContext(ctx); ok {
			p.conns.cut(far.Addr.String())
		}
	case "reboot":
		p.conns.cutAll()
		p.machine.PowerCut()
	}

	<-ctx.Done()

	return status.FromContextError(ctx.Err()).Err()
}

// muted swallows what the handler answers.
type muted struct{ grpc.ServerStream }

// SendMsg implements grpc.ServerStream.
func (*muted) SendMsg(any) error { return nil }
