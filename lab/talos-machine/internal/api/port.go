// Package api is the machine's network port: Talos' machine API over gRPC, behind the same proxy that apid is.
package api

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/siderolabs/grpc-proxy/proxy"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/resources"
)

// farewell is how long calls under way may take when the port closes in order.
const farewell = time.Second

// maxMessage is Talos' constants.GRPCMaxMessageSize.
const maxMessage = 32 * 1024 * 1024

// Port opens and closes the API as the machine and its faults have it.
type Port struct {
	machine *machine.Machine
	state   *resources.State
	backend *backends

	mu     sync.Mutex
	shown  shown
	server *grpc.Server
	conns  *connections
	hole   *blackHole
}

// shown is what the open port was made from; another one means another port.
type shown struct {
	mode    machine.Mode
	listen  string
	boot    string
	cuts    int
	offset  time.Duration
	blocked string
	foreign bool
	config  string
}

// NewPort makes a closed port; Sync opens it.
func NewPort(m *machine.Machine, st *resources.State) (*Port, error) {
	backend, err := newBackends(m, st)
	if err != nil {
		return nil, err
	}

	return &Port{machine: m, state: st, backend: backend, conns: newConnections()}, nil
}

// Sync makes the port what the view and the faults say.
func (p *Port) Sync(view machine.View) {
	p.mu.Lock()
	defer p.mu.Unlock()

	unreachable, blocked := p.machine.Faults().Find(faults.Unreachable)
	_, foreign := p.machine.Faults().Find(faults.ForeignCA)
	want := shown{mode: view.Mode, listen: view.Listen, boot: view.BootID, cuts: view.Cuts, offset: view.ClockOffset, foreign: foreign}

	if blocked {
		want.blocked = unreachable.How
	}

	if view.Mode == machine.ModeSecure {
		want.config = string(view.Config.Machine().Security().IssuingCA().Crt) + fmt.Sprint(view.Config.Machine().Security().CertSANs())
	}

	if want == p.shown {
		return
	}

	p.closeLocked(want.cuts != p.shown.cuts || blocked)
	p.shown = want

	switch {
	case want.blocked == "blackhole":
		hole, err := newBlackHole(view.Listen)
		p.complain("black hole", err)
		p.hole = hole
	case blocked || view.Mode == machine.ModeClosed:
	default:
		p.complain("API", p.openLocked(view))
	}
}

// Close the port for good.
func (p *Port) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.closeLocked(true)
	p.shown = shown{}
}

func (p *Port) openLocked(view machine.View) error {
	config, err := tlsConfig(view, p.machine.Faults())
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", view.Listen)
	if err != nil {
		return err
	}

	director := &director{view: view, backends: p.backend}
	server := grpc.NewServer(
		grpc.Creds(credentials.NewTLS(config)),
		grpc.ForceServerCodecV2(proxy.Codec()),
		grpc.UnknownServiceHandler(proxy.TransparentHandler(director.direct, proxy.WithStreamedDetector(streamed))),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.ChainStreamInterceptor(p.strike),
	)
	p.server = server

	go func() {
		// It ends with an error whenever the port closes.
		_ = server.Serve(p.conns.listen(listener))
	}()

	return nil
}

func (p *Port) closeLocked(abrupt bool) {
	if p.hole != nil {
		p.hole.close()
		p.hole = nil
	}

	server := p.server
	if server == nil {
		return
	}

	p.server = nil
	// Nothing is accepted from here on; what is under way may end in its own time.
	p.complain("API", p.conns.close())

	if abrupt {
		p.conns.cutAll()
		server.Stop()

		return
	}

	go func() {
		force := time.AfterFunc(farewell, server.Stop)
		defer force.Stop()

		server.GracefulStop()
	}()
}

func (p *Port) complain(what string, err error) {
	if err != nil {
		p.machine.Console().Printf("[lab] %s cannot be opened: %s", what, err)
	}
}
