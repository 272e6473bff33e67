// Package pki derives from a Talos machine configuration everything that a control plane on one machine needs:
// certificates, keys, kubeconfigs and the cluster's settings, as plain files.
//
// The certificates have the subjects and usages that Talos v1.12 gives them
// (internal/app/machined/pkg/controllers/secrets/kubernetes_dynamic_certs.go and internal/pkg/etcd/certs.go).
package pki

import (
	stdx509 "crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/siderolabs/crypto/x509"
	"github.com/siderolabs/talos/pkg/machinery/config"

	"appliance-client/lab/talos-machine/internal/files"
)

const certificateLifetime = 365 * 24 * time.Hour

// backdate lets a client whose clock is a little behind use a fresh certificate (Talos' allowedTimeSkew is 10 s).
const backdate = time.Minute

// Options say where the control plane will be reached.
type Options struct {
	// Address of the machine: goes into the certificates of the API server and of etcd.
	Address string
	// Server overrides the URL in the kubeconfigs; empty means the cluster's own endpoint.
	Server string
	// Hostname of the machine; empty means "localhost".
	Hostname string
	// Skew moves every not-before and not-after: the machine's clock is off by that much.
	Skew time.Duration
}

// Write derives the control plane's files from a machine configuration and puts them below dir:
// pki/*.crt, pki/*.key, kubeconfigs/*.kubeconfig, encryption-config.yaml, cluster.json. Files are 0600, folders 0700.
func Write(cfg config.Provider, dir string, opts Options) error {
	if cfg.Cluster() == nil || cfg.Cluster().IssuingCA() == nil || len(cfg.Cluster().IssuingCA().Key) == 0 {
		return errors.New("the machine configuration has no Kubernetes CA key: only a control plane configuration carries one")
	}

	if opts.Hostname == "" {
		opts.Hostname = "localhost"
	}

	out := map[string][]byte{}

	if err := addCertificates(out, cfg, opts); err != nil {
		return err
	}

	if err := addKubeconfigs(out, cfg, opts); err != nil {
		return err
	}

	if err := addSettings(out, cfg, opts); err != nil {
		return err
	}

	for name, content := range out {
		path := filepath.Join(dir, name)

		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}

		if err := files.WriteAtomic(path, content); err != nil {
			return err
		}
	}

	return nil
}

func addCertificates(out map[string][]byte, cfg config.Provider, opts Options) error {
	cluster := cfg.Cluster()

	serviceAccount, err := cluster.ServiceAccount().GetKey()
	if err != nil {
		return fmt.Errorf("service account key: %w", err)
	}

	out["pki/sa.key"] = cluster.ServiceAccount().Key
	out["pki/sa.pub"] = serviceAccount.GetPublicKeyPEM()

	for name, ca := range map[string]*x509.PEMEncodedCertificateAndKey{
		"ca": cluster.IssuingCA(), "aggregator-ca": cluster.AggregatorCA(), "etcd-ca": cluster.Etcd().CA(),
	} {
		addPair(out, name, ca)
	}

	serviceIPs, err := cluster.Network().APIServerIPs()
	if err != nil {
		return fmt.Errorf("service CIDRs: %w", err)
	}

	apiNames := append([]string{
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + cluster.Network().DNSDomain(),
		"localhost", opts.Hostname, opts.Address, cluster.Endpoint().Hostname(), "127.0.0.1",
	}, cluster.CertSANs()...)

	for _, ip := range serviceIPs {
		apiNames = append(apiNames, ip.String())
	}

	server := []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageServerAuth}
	client := []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageClientAuth}
	both := []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageServerAuth, stdx509.ExtKeyUsageClientAuth}
	etcdNames := []string{"localhost", "127.0.0.1", opts.Hostname, opts.Address}

	for _, c := range []struct {
		file         string
		ca           *x509.PEMEncodedCertificateAndKey
		name         string
		organization string
		names        []string
		usage        []stdx509.ExtKeyUsage
	}{
		{"apiserver", cluster.IssuingCA(), "kube-apiserver", "kube-master", apiNames, server},
		{"apiserver-kubelet-client", cluster.IssuingCA(), "apiserver-kubelet-client", "system:masters", nil, client},
		{"front-proxy-client", cluster.AggregatorCA(), "front-proxy-client", "", nil, client},
		{"etcd", cluster.Etcd().CA(), opts.Hostname, "", etcdNames, both},
		{"etcd-peer", cluster.Etcd().CA(), opts.Hostname, "", etcdNames, both},
		{"apiserver-etcd-client", cluster.Etcd().CA(), "kube-apiserver", "", nil, client},
	} {
		pair, err := Issue(c.ca, opts.Skew, c.name, c.organization, c.names, c.usage)
		if err != nil {
			return fmt.Errorf("certificate %s: %w", c.file, err)
		}

		addPair(out, c.file, pair)
	}

	return nil
}

func addPair(out map[string][]byte, name string, pair *x509.PEMEncodedCertificateAndKey) {
	out["pki/"+name+".crt"] = pair.Crt
	out["pki/"+name+".key"] = pair.Key
}

// Issue signs a certificate with a CA. Names that are IP addresses become address SANs, the others DNS SANs.
func Issue(
	ca *x509.PEMEncodedCertificateAndKey, skew time.Duration, name, organization string, names []string, usage []stdx509.ExtKeyUsage,
) (*x509.PEMEncodedCertificateAndKey, error) {
	authority, err := x509.NewCertificateAuthorityFromCertificateAndKey(ca)
	if err != nil {
		return nil, err
	}

	now := time.Now().Add(skew)
	settings := []x509.Option{
		x509.CommonName(name),
		x509.NotBefore(now.Add(-backdate)),
		x509.NotAfter(now.Add(certificateLifetime)),
		x509.KeyUsage(stdx509.KeyUsageDigitalSignature | stdx509.KeyUsageKeyEncipherment),
		x509.ExtKeyUsage(usage),
	}

	if organization != "" {
		settings = append(settings, x509.Organization(organization))
	}

	var (
		addresses []net.IP
		dns       []string
	)

	for _, n := range names {
		if n == "" {
			continue
		}

		if ip := net.ParseIP(n); ip != nil {
			addresses = append(addresses, ip)
		} else {
			dns = append(dns, n)
		}
	}

	pair, err := x509.NewKeyPair(authority, append(settings, x509.IPAddresses(addresses), x509.DNSNames(dns))...)
	if err != nil {
		return nil, err
	}

	return x509.NewCertificateAndKeyFromKeyPair(pair), nil
}
