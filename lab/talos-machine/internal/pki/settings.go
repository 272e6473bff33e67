package pki

import (
	"encoding/json"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"go.yaml.in/yaml/v4"
)

// Settings is cluster.json: what a program that starts Kubernetes needs to know of the machine configuration.
type Settings struct {
	ClusterName    string              `json:"clusterName"`
	ClusterID      string              `json:"clusterId"`
	Endpoint       string              `json:"endpoint"`
	Address        string              `json:"address"`
	Hostname       string              `json:"hostname"`
	PodSubnets     []string            `json:"podSubnets"`
	ServiceSubnets []string            `json:"serviceSubnets"`
	DNSDomain      string              `json:"dnsDomain"`
	DNSServiceIPs  []string            `json:"dnsServiceIPs"`
	KubeletImage   string              `json:"kubeletImage"`
	Schedulable    bool                `json:"allowSchedulingOnControlPlanes"`
	Resolvers      []string            `json:"resolvers"`
	TimeServers    []string            `json:"timeServers"`
	InstallDisk    string              `json:"installDisk"`
	InstallImage   string              `json:"installImage"`
	Mirrors        map[string][]string `json:"registryMirrors"`
}

// SettingsOf reads the settings out of a machine configuration.
func SettingsOf(cfg config.Provider, opts Options) (Settings, error) {
	cluster, machine := cfg.Cluster(), cfg.Machine()

	dns, err := cluster.Network().DNSServiceIPs()
	if err != nil {
		return Settings{}, err
	}

	s := Settings{
		ClusterName:    cluster.Name(),
		ClusterID:      cluster.ID(),
		Endpoint:       cluster.Endpoint().String(),
		Address:        opts.Address,
		Hostname:       opts.Hostname,
		PodSubnets:     cluster.Network().PodCIDRs(),
		ServiceSubnets: cluster.Network().ServiceCIDRs(),
		DNSDomain:      cluster.Network().DNSDomain(),
		KubeletImage:   machine.Kubelet().Image(),
		Schedulable:    cluster.ScheduleOnControlPlanes(),
		Resolvers:      []string{},
		TimeServers:    []string{},
		Mirrors:        map[string][]string{},
	}

	for _, ip := range dns {
		s.DNSServiceIPs = append(s.DNSServiceIPs, ip.String())
	}

	if install := machine.Install(); install != nil {
		s.InstallDisk, s.InstallImage = install.Disk(), install.Image()
	}

	if resolvers := cfg.NetworkResolverConfig(); resolvers != nil {
		for _, ip := range resolvers.Resolvers() {
			s.Resolvers = append(s.Resolvers, ip.String())
		}
	}

	if time := cfg.NetworkTimeSyncConfig(); time != nil {
		s.TimeServers = append(s.TimeServers, time.Servers()...)
	}

	for host, mirror := range cfg.RegistryMirrorConfigs() {
		s.Mirrors[host] = []string{}
		for _, endpoint := range mirror.Endpoints() {
			s.Mirrors[host] = append(s.Mirrors[host], endpoint.Endpoint())
		}
	}

	return s, nil
}

func addSettings(out map[string][]byte, cfg config.Provider, opts Options) error {
	settings, err := SettingsOf(cfg, opts)
	if err != nil {
		return err
	}

	if out["cluster.json"], err = json.MarshalIndent(settings, "", "  "); err != nil {
		return err
	}

	provider := map[string]any{"secretbox": map[string]any{"keys": []any{map[string]any{"name": "key2", "secret": cfg.Cluster().SecretboxEncryptionSecret()}}}}
	if cfg.Cluster().SecretboxEncryptionSecret() == "" {
		provider = map[string]any{"aescbc": map[string]any{"keys": []any{map[string]any{"name": "key1", "secret": cfg.Cluster().AESCBCEncryptionSecret()}}}}
	}

	out["encryption-config.yaml"], err = yaml.Marshal(map[string]any{
		"apiVersion": "v1",
		"kind":       "EncryptionConfig",
		"resources": []any{map[string]any{
			"resources": []string{"secrets"}, "providers": []any{provider, map[string]any{"identity": map[string]any{}}},
		}},
	})

	return err
}
