import { type Case, said } from './case.ts';

const kubernetes = 'https://github.com/kubernetes/kubernetes';

/** What kubelets and container runtimes said of pulls. */
export const pull: readonly Case[] = [
  ...said('pull', [
    [
      'image-tag-missing',
      'Failed to pull image "ghcr.io/nine-minds/workflow-worker:61e4a00e": rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/nine-minds/workflow-worker:61e4a00e": failed to resolve reference "ghcr.io/nine-minds/workflow-worker:61e4a00e": ghcr.io/nine-minds/workflow-worker:61e4a00e: not found',
      'appliance contract, real signals',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": failed to resolve reference "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b: not found',
      'https://github.com/kubernetes-sigs/provider-aws-test-infra/pull/281',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "ghcr.io/hungtran84/hello-ap:1.0": rpc error: code = Unknown desc = Error response from daemon: manifest for ghcr.io/hungtran84/hello-ap:1.0 not found: manifest unknown: manifest unknown',
      'Docker through the kubelet, public tutorial',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "quay.io/gpustack/runner:cuda12.9": failed to resolve reference "quay.io/gpustack/runner:cuda12.9": quay.io/gpustack/runner:cuda12.9: not found',
      'https://github.com/gpustack/gpustack/issues/4860',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "ghcr.io/siderolabs/installer:v1.14.0": Error response from daemon: manifest unknown',
      'https://github.com/kubeovn/kube-ovn/pull/7388',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "quay.io/acme/app:9": unable to pull image or OCI artifact: pull image err: initializing source docker://quay.io/acme/app:9: reading manifest 9 in quay.io/acme/app: manifest unknown; artifact err: get manifest: build image source: reading manifest 9 in quay.io/acme/app: manifest unknown',
      'https://github.com/cri-o/cri-o internal/storage/image.go',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "registry.local/app:2": rpc error: code = Unknown desc = failed to pull and unpack image "registry.local/app:2": failed to resolve reference "registry.local/app:2": unexpected status from HEAD request to https://registry.local/v2/app/manifests/2: 404 Not Found',
      'https://github.com/containerd/containerd core/remotes/docker/resolver.go',
    ],
    [
      'image-tag-missing',
      'Container image "ghcr.io/nine-minds/email-service:x" is not present with pull policy of Never',
      `${kubernetes}/blob/master/pkg/kubelet/images/image_manager.go`,
    ],

    [
      'image-pull-unauthorized',
      'Failed to pull image "registry.app.example.net/spm2fog/partsgo42:GitActionsNew": rpc error: code = Unknown desc = failed to pull and unpack image "registry.app.example.net/spm2fog/partsgo42:GitActionsNew": failed to resolve reference "registry.app.example.net/spm2fog/partsgo42:GitActionsNew": pulling from host registry.app.example.net failed with status code [manifests GitActionsNew]: 401 Unauthorized',
      `${kubernetes}/issues/110678`,
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "octarinesec/guardrails-enforcer:20.7": rpc error: code = Unknown desc = Error response from daemon: unauthorized: authentication required',
      'https://github.com/octarinesec/octarine-operator/issues/15',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "octarinesec/guardrails-enforcer:20.7": rpc error: code = Unknown desc = Error response from daemon: pull access denied for octarinesec/guardrails-enforcer, repository does not exist or may require \'docker login\': denied: requested access to the resource is denied',
      'https://github.com/octarinesec/octarine-operator/issues/15',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "registry.crowdstrike.com/kubernetes_protection/kpagent:0.917.0": rpc error: code = Unknown desc = failed to pull and unpack image "registry.crowdstrike.com/kubernetes_protection/kpagent:0.917.0": failed to resolve reference "registry.crowdstrike.com/kubernetes_protection/kpagent:0.917.0": failed to authorize: failed to fetch oauth token: unexpected status: 403',
      'https://github.com/CrowdStrike/terraform-kubectl-falcon/issues/27',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "acme.azurecr.io/docker-hub/enterprise-admin:11.4": failed to pull and unpack image "acme.azurecr.io/docker-hub/enterprise-admin:11.4": failed to resolve reference "acme.azurecr.io/docker-hub/enterprise-admin:11.4": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Adocker-hub%2Fenterprise-admin%3Apull&service=acme.azurecr.io: 401 Unauthorized',
      'https://github.com/Esri/arcgis-gitops/issues/168',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "channel.example.ai/images/redis@sha256:7aec734b2bb298a1d769fd8729f13b8514a41bf90fcdd1f38ec52267fbaa8ee6": authorization failed: no basic auth credentials',
      'containerd docker authorizer, public write-up',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "docker.io/library/go:nanoserver": failed to resolve reference "docker.io/library/go:nanoserver": server message: insufficient_scope: authorization failed',
      'https://github.com/containerd/containerd/pull/2011',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "707925622666.dkr.ecr.ap-northeast-2.amazonaws.com/prod/queue-gate:init": failed to resolve image: unexpected status from HEAD request to https://707925622666.dkr.ecr.ap-northeast-2.amazonaws.com/v2/prod/queue-gate/manifests/init: 403 Forbidden',
      'containerd 2 with ECR, public write-up',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "quay.io/acme/private:1": initializing source docker://quay.io/acme/private:1: reading manifest 1 in quay.io/acme/private: unauthorized: access to the requested resource is not authorized',
      'https://github.com/containers/image docker/errors.go',
    ],

    [
      'image-rate-limited',
      'Failed to pull image "busybox": rpc error: code = Unknown desc = Error reading manifest latest in docker.io/library/busybox: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
      'OpenShift documentation of docker.io limits',
    ],
    [
      'image-rate-limited',
      'Failed to pull image "temporalio/ui:2.30.0": failed to pull and unpack image "docker.io/temporalio/ui:2.30.0": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/temporalio/ui/manifests/sha256:aa11: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
      'https://github.com/containerd/containerd core/remotes/docker/fetcher.go',
    ],
    [
      'image-rate-limited',
      'Failed to pull image "docker.io/library/redis:7": reading manifest 7 in docker.io/library/redis: toomanyrequests: Rate exceeded',
      'public.ecr.aws through CRI-O',
    ],

    [
      'image-registry-unreachable',
      'Failed to pull image "busybox:1.36.1": rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/library/busybox:1.36.1": failed to resolve reference "docker.io/library/busybox:1.36.1": failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/1.36.1": dial tcp 31.13.95.34:443: i/o timeout',
      'public incident report, containerd',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "localhost:5000/boot2crud_image:latest": rpc error: code = Unknown desc = Error response from daemon: Get http://localhost:5000/v2/: dial tcp 127.0.0.1:5000: connect: connection refused',
      'public README of a local registry',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "nginx": rpc error: code = 4 desc = context deadline exceeded',
      'https://github.com/cri-o/cri-o/pull/189',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "registry.example.com/devops/jenkins:lts": rpc error: code = Unknown desc = failed to pull and unpack image "registry.example.com/devops/jenkins:lts": failed to resolve reference "registry.example.com/devops/jenkins:lts": failed to do request: Head "https://registry.example.com/v2/devops/jenkins/manifests/lts": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'https://github.com/containerd/containerd/issues/5435',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "ghcr.io/fluxcd/helm-controller:v1.4.0": failed to pull and unpack image "ghcr.io/fluxcd/helm-controller:v1.4.0": failed to resolve reference "ghcr.io/fluxcd/helm-controller:v1.4.0": unexpected status from HEAD request to https://ghcr.io/v2/fluxcd/helm-controller/manifests/v1.4.0: 503 Service Unavailable',
      'https://github.com/containerd/containerd core/remotes/docker/resolver.go',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "harbor.example.com/app:1": Error response from daemon: Get "https://harbor.example.com/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'https://github.com/moby/moby registry',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "registry.local:5000/app:1": failed to do request: Head "https://registry.local:5000/v2/app/manifests/1": http: server gave HTTP response to HTTPS client',
      'Go net/http transport',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "factory.talos.dev/installer/88d1:v1.10.6": failed to resolve reference "factory.talos.dev/installer/88d1:v1.10.6": unexpected status from HEAD request to https://factory.talos.dev/v2/installer/88d1/manifests/v1.10.6: 500 Internal Server Error',
      'https://github.com/siderolabs/talos/issues/11614',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "registry.example.com/devops/jenkins:lts": rpc error: code = Unknown desc = failed to pull and unpack image "registry.example.com/devops/jenkins:lts": failed to resolve reference "registry.example.com/devops/jenkins:lts": failed to do request: Head "https://registry.example.com/v2/devops/jenkins/manifests/lts": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: no route to host',
      'Go net/http transport',
    ],

    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/nine-minds/email-service:5f0b1c9e": rpc error: code = Canceled desc = failed to pull and unpack image "ghcr.io/nine-minds/email-service:5f0b1c9e": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:06b6": context canceled',
      'appliance contract, real signals',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "registry.k8s.io/conformance:v1.35.2": unable to pull image or OCI artifact: pull image err: copying system image from manifest list: writing blob: storing blob to file "/var/tmp/container_images_storage451663201/3": happened during read: unexpected EOF (after reconnecting, fetching blob: StatusCode: 400, "<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error><Cod..."); artifact err: image reference: reference is a container image, not an OCI artifact',
      'https://github.com/kubernetes/registry.k8s.io/issues/333',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "factory.talos.dev/metal-installer/e3fab82b:v1.10.3": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://image-factory-cwfea0e4e7feetac.z01.azurefd.net/docker/registry/v2/blobs/sha256/06/06b60d2d458d/data": read tcp 192.168.110.27:40814->13.107.253.59:443: read: connection reset by peer',
      'https://github.com/siderolabs/talos/issues/11219',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "docker.io/library/python:3": copying system image from manifest list: writing blob: happened during read: (heuristic tuning data: last retry 0, current offset 752782; 56.799 ms total, 0.722 ms since progress): unexpected EOF',
      'https://github.com/podman-container-tools/skopeo/pull/1901',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed commit on ref "layer-sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1": unexpected commit digest sha256:9d5e, expected sha256:4f4f: failed precondition',
      'https://github.com/containerd/containerd plugins/content/local/writer.go',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to copy: read tcp 10.0.2.15:52134->185.199.108.154:443: read: connection reset by peer',
      'https://github.com/containerd/containerd/pull/6117',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "docker.io/library/redis:7.4": rpc error: code = Unavailable desc = error reading from server: EOF',
      'grpc-go, containerd restarted during a pull',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/acme/app:1": failed to pull and unpack image "ghcr.io/acme/app:1": failed to copy: httpReadSeeker: failed open: stream error: stream ID 5; INTERNAL_ERROR; received from peer',
      'Go http2 through containerd',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/acme/app:1": failed to pull and unpack image "ghcr.io/acme/app:1": short read: expected 31379476 bytes but got 12345678: unexpected EOF',
      'https://github.com/containerd/containerd/issues/6464',
    ],

    [
      'image-architecture-mismatch',
      'Failed to pull image "quay.io/brancz/kube-rbac-proxy:v0.10.0": rpc error: code = Unknown desc = no matching manifest for linux/arm64/v8 in the manifest list entries',
      'https://github.com/kube-rbac-proxy/kube-rbac-proxy/issues/79',
    ],
    [
      'image-architecture-mismatch',
      'Failed to pull image "foundationdb/fdb-kubernetes-operator:v2.6.0": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/foundationdb/fdb-kubernetes-operator:v2.6.0": no match for platform in manifest: not found',
      'https://github.com/FoundationDB/fdb-kubernetes-operator/issues/2294',
    ],
    [
      'image-architecture-mismatch',
      'Failed to pull image "quay.io/acme/app:1": choosing an image from manifest list docker://quay.io/acme/app:1: no image found in manifest list for architecture arm64, variant "v8", OS linux',
      'https://github.com/containers/image internal/manifest',
    ],

    [
      'image-name-invalid',
      'Failed to apply default image tag "None:None": couldn\'t parse image reference "None:None": invalid reference format: repository name must be lowercase',
      'https://github.com/jupyterhub/zero-to-jupyterhub-k8s/issues/472',
    ],
    [
      'image-name-invalid',
      'Failed to apply default image tag "https://harbor.k8s.example/release/name:1.1.0": couldn\'t parse image reference "https://harbor.k8s.example/release/name:1.1.0": invalid reference format',
      'https://github.com/jupyterhub/zero-to-jupyterhub-k8s/issues/472',
    ],
    [
      'image-name-invalid',
      'Failed to apply default image tag "images:ubuntu/24.04": couldn\'t parse image name "images:ubuntu/24.04": invalid reference format',
      'https://github.com/FootprintAI/Containarium/issues/1524',
    ],

    [
      'dns-resolution-failure',
      'Failed to pull image "hjacobs/kube-ops-view:0.8.1": rpc error: code = Unknown desc = Error response from daemon: Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: server misbehaving',
      'https://github.com/hjacobs/kube-ops-view/issues/176',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "atlassian/jira-software": Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io on 192.168.1.1:53: read udp 192.168.1.7:54328->192.168.1.1:53: i/o timeout',
      'https://github.com/docker/for-mac/issues/1317',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "ghcr.io/fluxcd/source-controller:v1.7.3": failed to pull and unpack image "ghcr.io/fluxcd/source-controller:v1.7.3": failed to resolve reference "ghcr.io/fluxcd/source-controller:v1.7.3": failed to do request: Head "https://ghcr.io/v2/fluxcd/source-controller/manifests/v1.7.3": dial tcp: lookup ghcr.io: no such host',
      'Go net.DNSError through containerd',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "docker.io/library/redis:7": initializing source docker://redis:7: pinging container registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on [fd00::1]:53: write udp [fd00::5]:41230->[fd00::1]:53: write: operation not permitted',
      'CRI-O, Go net',
    ],
    [
      'certificate-expired',
      'Failed to pull image "registry.local/app:1": failed to resolve reference "registry.local/app:1": failed to do request: Head "https://registry.local/v2/app/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is after 2026-04-07T03:12:06Z',
      'https://github.com/yashbhutwala/kubectl-df-pv/issues/20',
    ],
    [
      'clock-skew',
      'Failed to pull image "ghcr.io/acme/app:1": failed to do request: Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2022-07-22T18:55:59+12:00 is before 2022-07-22T07:45:55Z',
      'https://github.com/k3s-io/k3s/issues/5163',
    ],
    [
      'disk-pressure',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": rpc error: code = Unknown desc = failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to extract layer sha256:eada838f: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/81/fs/app/node_modules/x.js: no space left on device: unknown',
      'containerd overlayfs snapshotter',
    ],
    [
      'disk-pressure',
      'Failed to pull image "quay.io/acme/big:1": writing blob: storing blob to file "/var/tmp/storage1234/1": write /var/tmp/storage1234/1: no space left on device',
      'CRI-O, containers/storage',
    ],
  ]),
  ...said('pull-state', [
    [
      'image-tag-missing',
      'Back-off pulling image "ghcr.io/nine-minds/alga-psa-ee:gone": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:gone": failed to resolve reference "ghcr.io/nine-minds/alga-psa-ee:gone": ghcr.io/nine-minds/alga-psa-ee:gone: not found',
      `${kubernetes}/blob/v1.32.0/pkg/kubelet/images/image_manager.go`,
    ],
    [
      'image-pull-unauthorized',
      'Back-off pulling image "ghcr.io/nine-minds/temporal-worker:1": ErrImagePull: failed to pull and unpack image "ghcr.io/nine-minds/temporal-worker:1": failed to resolve reference "ghcr.io/nine-minds/temporal-worker:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Anine-minds%2Ftemporal-worker%3Apull&service=ghcr.io: 403 Forbidden',
      `${kubernetes}/blob/v1.32.0/pkg/kubelet/images/image_manager.go`,
    ],
    [
      'image-registry-unreachable',
      'Back-off pulling image "docker.io/temporalio/ui:2.30.0": ErrImagePull: failed to pull and unpack image "docker.io/temporalio/ui:2.30.0": failed to resolve reference "docker.io/temporalio/ui:2.30.0": failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Atemporalio%2Fui%3Apull&service=registry.docker.io": net/http: TLS handshake timeout',
      'containerd docker authorizer',
    ],
    [
      'dns-resolution-failure',
      'failed to pull and unpack image "docker.io/nginxinc/nginx-unprivileged:v1.25.1": failed to resolve reference "docker.io/nginxinc/nginx-unprivileged:v1.25.1": failed to do request: Head "https://docker.io/v2/nginxinc/nginx-unprivileged/manifests/v1.25.1": dial tcp: lookup docker.io on 172.16.0.4:53: server misbehaving',
      'https://github.com/k0sproject/k0s/issues/5478',
    ],
    [
      'image-rate-limited',
      'reading manifest 1.36 in docker.io/library/busybox: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
      'CRI-O through the kubelet',
    ],
  ]),
];
