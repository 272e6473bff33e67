package api

import (
	"crypto/tls"
	stdx509 "crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/siderolabs/crypto/x509"

	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/machine"
	"appliance-client/lab/talos-machine/internal/pki"
)

// tlsConfig gives what the API port shows in a mode: TLS 1.3 throughout; in maintenance a certificate that nobody
// signed and no question for the client's, after that mutual TLS by the machine CA of the configuration.
func tlsConfig(view machine.View, set *faults.Set) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS13, Time: view.Now, NextProtos: []string{"h2"}}

	if view.Mode == machine.ModeMaintenance {
		ca, err := newCA()
		if err != nil {
			return nil, err
		}

		return config, addServerCertificate(config, ca, view)
	}

	issuer := view.Config.Machine().Security().IssuingCA()
	accepted := stdx509.NewCertPool()

	if _, foreign := set.Find(faults.ForeignCA); foreign {
		var err error
		if issuer, err = newCA(); err != nil {
			return nil, err
		}
	}

	accepted.AppendCertsFromPEM(issuer.Crt)

	for _, ca := range view.Config.Machine().Security().AcceptedCAs() {
		accepted.AppendCertsFromPEM(ca.Crt)
	}

	config.ClientAuth, config.ClientCAs, config.VerifyPeerCertificate = tls.RequireAndVerifyClientCert, accepted, clientUsage

	return config, addServerCertificate(config, issuer, view)
}

func addServerCertificate(config *tls.Config, ca *x509.PEMEncodedCertificateAndKey, view machine.View) error {
	names := []string{view.Address.String(), view.Hostname(), "127.0.0.1", "localhost"}
	if view.Config != nil {
		names = append(names, view.Config.Machine().Security().CertSANs()...)
	}

	pair, err := pki.Issue(ca, view.ClockOffset, view.Hostname(), "", names, []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageServerAuth})
	if err != nil {
		return fmt.Errorf("server certificate: %w", err)
	}

	certificate, err := tls.X509KeyPair(pair.Crt, pair.Key)
	config.Certificates = []tls.Certificate{certificate}

	return err
}

func newCA() (*x509.PEMEncodedCertificateAndKey, error) {
	ca, err := x509.NewSelfSignedCertificateAuthority(
		x509.Organization("talos"), x509.NotBefore(time.Now().Add(-time.Hour)), x509.NotAfter(time.Now().Add(24*365*time.Hour)),
	)
	if err != nil {
		return nil, err
	}

	return x509.NewCertificateAndKeyFromCertificateAuthority(ca), nil
}

// clientUsage is apid's own check (internal/app/apid/main.go, verifyExtKeyUsage).
func clientUsage(_ [][]byte, chains [][]*stdx509.Certificate) error {
	if len(chains) == 0 {
		return errors.New("no verified chains")
	}

	for _, cert := range chains[0] {
		if !cert.IsCA && !slices.Equal(cert.ExtKeyUsage, []stdx509.ExtKeyUsage{stdx509.ExtKeyUsageClientAuth}) {
			return fmt.Errorf("certificate %q is missing the client auth extended key usage", cert.Subject)
		}
	}

	return nil
}
