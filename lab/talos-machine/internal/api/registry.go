package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/config"
)

const registryTimeout = 30 * time.Second

// manifestTypes that a runtime accepts.
var manifestTypes = []string{
	"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
}

// manifestDigest asks the registry of an image (or the mirrors that the configuration names for it) for its manifest.
// Its errors are worded as containerd's resolver words them.
func manifestDigest(ctx context.Context, cfg config.Provider, reference string) (string, error) {
	registry, rest, _ := strings.Cut(reference, "/")
	name, version := splitVersion(rest)
	endpoints := []string{"https://" + registry}

	if mirror, ok := cfg.RegistryMirrorConfigs()[registry]; ok {
		var mirrors []string
		for _, e := range mirror.Endpoints() {
			mirrors = append(mirrors, strings.TrimSuffix(e.Endpoint(), "/"))
		}

		if endpoints = append(mirrors, endpoints...); mirror.SkipFallback() {
			endpoints = mirrors
		}
	}

	var last error

	for _, endpoint := range endpoints {
		digest, err := headManifest(ctx, endpoint+"/v2/"+name+"/manifests/"+version, reference)
		if err == nil {
			return digest, nil
		}

		last = err
	}

	return "", last
}

func headManifest(ctx context.Context, url, reference string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return "", err
	}

	request.Header["Accept"] = manifestTypes

	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("failed to do request: %w", err)
	}

	defer answer.Body.Close() //nolint:errcheck // a HEAD has none

	switch answer.StatusCode {
	case http.StatusOK:
		return answer.Header.Get("Docker-Content-Digest"), nil
	case http.StatusNotFound:
		return "", fmt.Errorf("%s: not found", reference)
	case http.StatusUnauthorized, http.StatusForbidden:
		return "", fmt.Errorf("pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed")
	default:
		return "", fmt.Errorf("unexpected status from HEAD request to %s: %s", url, answer.Status)
	}
}

// splitVersion parts name:tag or name@digest; without either the tag is latest.
func splitVersion(rest string) (string, string) {
	if name, digest, ok := strings.Cut(rest, "@"); ok {
		return name, digest
	}

	if at := strings.LastIndex(rest, ":"); at > strings.LastIndex(rest, "/") {
		return rest[:at], rest[at+1:]
	}

	return rest, "latest"
}
