package pki

import (
	stdx509 "crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"go.yaml.in/yaml/v4"
)

// identities that a control plane's parts use towards the API server; the kubelet's is the node's own.
func identities(hostname string) []struct{ file, name, organization string } {
	return []struct{ file, name, organization string }{
		{"admin", "admin", "system:masters"},
		{"controller-manager", "system:kube-controller-manager", "system:kube-controller-manager"},
		{"scheduler", "system:kube-scheduler", "system:kube-scheduler"},
		{"kube-proxy", "system:kube-proxy", "system:node-proxier"},
		{"kubelet", "system:node:" + hostname, "system:nodes"},
	}
}

func addKubeconfigs(out map[string][]byte, cfg config.Provider, opts Options) error {
	for _, id := range identities(opts.Hostname) {
		content, err := Kubeconfig(cfg, opts, id.name, id.organization)
		if err != nil {
			return fmt.Errorf("kubeconfig %s: %w", id.file, err)
		}

		out["kubeconfigs/"+id.file+".kubeconfig"] = content
	}

	return nil
}

// Kubeconfig gives a kubeconfig for one user of the cluster, signed by the configuration's Kubernetes CA. Names of
// cluster, user and context are those that `talosctl kubeconfig` gives (pkg/kubeconfig/generate.go).
func Kubeconfig(cfg config.Provider, opts Options, name, organization string) ([]byte, error) {
	cluster := cfg.Cluster()

	pair, err := Issue(cluster.IssuingCA(), opts.Skew, name, organization, nil, []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageClientAuth})
	if err != nil {
		return nil, err
	}

	server := opts.Server
	if server == "" {
		server = cluster.Endpoint().String()
	}

	user := name + "@" + cluster.Name()
	encode := base64.StdEncoding.EncodeToString

	return yaml.Marshal(map[string]any{
		"apiVersion": "v1",
		"kind":       "Config",
		"clusters": []any{map[string]any{
			"name": cluster.Name(), "cluster": map[string]any{"server": server, "certificate-authority-data": encode(cluster.IssuingCA().Crt)},
		}},
		"users": []any{map[string]any{
			"name": user, "user": map[string]any{"client-certificate-data": encode(pair.Crt), "client-key-data": encode(pair.Key)},
		}},
		"contexts": []any{map[string]any{
			"name": user, "context": map[string]any{"cluster": cluster.Name(), "namespace": "default", "user": user},
		}},
		"current-context": user,
	})
}
