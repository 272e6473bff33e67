package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	clusterapi "github.com/siderolabs/talos/pkg/machinery/api/cluster"
	"google.golang.org/grpc"

	"appliance-client/lab/talos-machine/internal/machine"
)

// health answers `talosctl health`: the checks of pkg/cluster/check/default.go in their order and words. Those of
// Talos look at the machine; those of Kubernetes ask the API server that the machine started, where it started one.
type health struct {
	clusterapi.UnimplementedClusterServiceServer

	machine *machine.Machine
}

type check struct {
	name string
	run  func(context.Context, machine.View) error
}

const checkInterval = 500 * time.Millisecond

func (h *health) checks() []check {
	return []check{
		{"etcd to be healthy", serviceHealthy("etcd")},
		{"etcd members to be consistent across nodes", serviceHealthy("etcd")},
		{"etcd members to be control plane nodes", serviceHealthy("etcd")},
		{"apid to be ready", serviceHealthy("apid")},
		{"all nodes memory sizes", nil},
		{"all nodes disk sizes", nil},
		{"no diagnostics", nil},
		{"kubelet to be healthy", serviceHealthy("kubelet")},
		{"all nodes to finish boot sequence", booted},
		{"all k8s nodes to report", h.kubernetes},
		{"all control plane static pods to be running", h.kubernetes},
		{"all control plane components to be ready", h.kubernetes},
		{"all k8s nodes to report ready", h.kubernetes},
		{"kube-proxy to report ready", nil},
		{"coredns to report ready", nil},
		{"all k8s nodes to report schedulable", h.kubernetes},
	}
}

// HealthCheck runs the checks and tells how each goes, until all are well or the time is over.
func (h *health) HealthCheck(in *clusterapi.HealthCheckRequest, out grpc.ServerStreamingServer[clusterapi.HealthCheckProgress]) error {
	ctx, cancel := context.WithTimeout(out.Context(), in.WaitTimeout.AsDuration())
	defer cancel()

	last := ""
	tell := func(format string, args ...any) error {
		line := fmt.Sprintf(format, args...)
		if line == last {
			return nil
		}

		last = line

		return out.Send(&clusterapi.HealthCheckProgress{Message: line})
	}

	if err := tell("discovered nodes: %q", []string{h.machine.View().Address.String()}); err != nil {
		return err
	}

	for _, c := range h.checks() {
		if err := tell("waiting for %s: ...", c.name); err != nil {
			return err
		}

		for c.run != nil {
			err := c.run(ctx, h.machine.View())
			if err == nil {
				break
			}

			if err := tell("waiting for %s: %s", c.name, err); err != nil {
				return err
			}

			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(checkInterval):
			}
		}

		if err := tell("waiting for %s: OK", c.name); err != nil {
			return err
		}
	}

	return nil
}

func serviceHealthy(id string) func(context.Context, machine.View) error {
	return func(_ context.Context, view machine.View) error {
		service, ok := view.Service(id)

		switch {
		case !ok:
			return fmt.Errorf("1 error occurred:\n\t* %s: service %q not found", view.Address, id)
		case !service.Running():
			return fmt.Errorf("1 error occurred:\n\t* %s: service %q not in expected state %q: current state [%s] %s", view.Address, id, "Running", service.State, lastMessage(service))
		case service.Healthy == nil || !*service.Healthy:
			return fmt.Errorf("1 error occurred:\n\t* %s: service is not healthy: %s", view.Address, id)
		}

		return nil
	}
}

func lastMessage(s machine.Service) string {
	if len(s.Events) == 0 {
		return ""
	}

	return s.Events[len(s.Events)-1].Message
}

func booted(_ context.Context, view machine.View) error {
	if view.Stage != machine.StageRunning {
		return errors.New("boot sequence is not finished yet")
	}

	return nil
}

// kubernetes asks the API server, with the client certificate that the API server itself uses for kubelets.
func (h *health) kubernetes(ctx context.Context, view machine.View) error {
	if !view.KubernetesReady {
		return fmt.Errorf("Get %q: dial tcp: connect: connection refused", view.Config.Cluster().Endpoint().String()+"/api/v1/nodes")
	}

	if !h.machine.RunsKubernetes() {
		return nil
	}

	dir := filepath.Join(h.machine.KubernetesDir(), "pki")

	certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "apiserver-kubelet-client.crt"), filepath.Join(dir, "apiserver-kubelet-client.key"))
	if err != nil {
		return err
	}

	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return err
	}

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}}}
	defer transport.CloseIdleConnections()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.machine.KubernetesURL()+"/readyz", nil)
	if err != nil {
		return err
	}

	answer, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Do(request)
	if err != nil {
		return err
	}

	defer answer.Body.Close() //nolint:errcheck // only its status counts

	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the API server answers %s", answer.Status)
	}

	return nil
}
