package machine

import (
	"appliance-client/lab/talos-machine/internal/pki"
)

// Kubeconfig of an administrator (system:masters), made anew at every call as Talos does.
func (m *Machine) Kubeconfig() ([]byte, error) {
	view := m.View()
	admin := view.Config.Cluster().AdminKubeconfig()

	m.effect("kubeconfig")

	return pki.Kubeconfig(view.Config, m.pkiOptions(view), admin.CommonName(), admin.CertOrganization())
}

// KubernetesURL is where the machine's API server is reached.
func (m *Machine) KubernetesURL() string {
	if m.opts.KubeconfigServer != "" {
		return m.opts.KubeconfigServer
	}

	return m.View().Config.Cluster().Endpoint().String()
}

// RunsKubernetes says whether a command was given that starts it.
func (m *Machine) RunsKubernetes() bool { return m.opts.Hooks.Kubernetes != "" }

// ChecksImages says whether a pull asks the registry.
func (m *Machine) ChecksImages() bool { return m.opts.CheckImages }
