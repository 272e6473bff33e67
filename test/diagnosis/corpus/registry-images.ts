import { type Case, said } from './case.ts';

/** Registries and runtimes of an image that is not there, or not for this machine. */
export const registryImages: readonly Case[] = [
  ...said('pull', [
    [
      'image-architecture-mismatch',
      'CRI-O: the image index has nothing for arm64',
      'Failed to pull image "a/b:1": choosing image instance: no image found in image index for architecture arm64, variant "v8", OS linux',
      'containers/image',
    ],
    [
      'image-architecture-mismatch',
      'Docker: no manifest for linux/arm64 in the list',
      'Failed to pull image "acme/legacy:1": Error response from daemon: no matching manifest for linux/arm64 in the manifest list entries',
      'Docker',
    ],
    [
      'image-architecture-mismatch',
      'CRI-O: no image for "arm64" in the index, names quoted',
      'Failed to pull image "docker.io/org/tool:1": choosing an image from manifest list docker://org/tool:1: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
      'containers/image through CRI-O',
    ],
    [
      'image-architecture-mismatch',
      'containerd: no match for the platform in the manifest',
      'Failed to pull image "foundationdb/fdb-kubernetes-operator:v2.6.0": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/foundationdb/fdb-kubernetes-operator:v2.6.0": no match for platform in manifest: not found',
      'https://github.com/FoundationDB/fdb-kubernetes-operator/issues/2294',
    ],
    [
      'image-architecture-mismatch',
      'CRI-O: no image for arm64 in the manifest list',
      'Failed to pull image "quay.io/acme/app:1": choosing an image from manifest list docker://quay.io/acme/app:1: no image found in manifest list for architecture arm64, variant "v8", OS linux',
      'https://github.com/containers/image internal/manifest',
    ],
    [
      'image-architecture-mismatch',
      'Docker: no manifest for linux/arm64/v8, through the kubelet',
      'Failed to pull image "quay.io/brancz/kube-rbac-proxy:v0.10.0": rpc error: code = Unknown desc = no matching manifest for linux/arm64/v8 in the manifest list entries',
      'https://github.com/kube-rbac-proxy/kube-rbac-proxy/issues/79',
    ],
    [
      'image-architecture-mismatch',
      'Docker: a Windows image on a Linux node',
      'Failed to pull image "x:1": image operating system "windows" cannot be used on this platform: operating system is not supported',
      'moby distribution/pull_v2.go',
    ],
    [
      'image-tag-missing',
      'Docker: manifest not found, without the kubelet’s words',
      'Error response from daemon: manifest for ghcr.io/nine-minds/workflow-worker:61e4a00e not found: manifest unknown: manifest unknown',
      'Docker distribution errors',
    ],
    [
      'image-tag-missing',
      'CRI-O: the mirror does not have the image',
      'Failed to pull image "docker.io/temporalio/auto-setup:9.9.9": rpc error: code = Unknown desc = reading manifest 9.9.9 in docker.io/temporalio/auto-setup: requested image not found',
      'CRI-O with a mirror',
    ],
    [
      'image-tag-missing',
      'CRI-O: manifest unknown, old wording (Docker Hub)',
      'Failed to pull image "e2eteam/dnsutils": rpc error: code = Unknown desc = Error reading manifest latest in docker.io/e2eteam/dnsutils: manifest unknown: manifest unknown',
      'https://github.com/openshift/origin/issues/25763',
    ],
    [
      'image-tag-missing',
      'Docker: manifest not found, through the kubelet (ghcr.io)',
      'Failed to pull image "ghcr.io/hungtran84/hello-ap:1.0": rpc error: code = Unknown desc = Error response from daemon: manifest for ghcr.io/hungtran84/hello-ap:1.0 not found: manifest unknown: manifest unknown',
      'Docker through the kubelet, public tutorial',
    ],
    [
      'image-tag-missing',
      'containerd 2: the image is not found (ghcr.io)',
      'Failed to pull image "ghcr.io/nine-minds/temporal-worker:deadbeef": failed to resolve image: ghcr.io/nine-minds/temporal-worker:deadbeef: not found',
      'containerd 2 transfer service',
    ],
    [
      'image-tag-missing',
      'containerd: the tag is not found (ghcr.io)',
      'Failed to pull image "ghcr.io/nine-minds/workflow-worker:61e4a00e": rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/nine-minds/workflow-worker:61e4a00e": failed to resolve reference "ghcr.io/nine-minds/workflow-worker:61e4a00e": ghcr.io/nine-minds/workflow-worker:61e4a00e: not found',
      'appliance contract, real signals',
    ],
    [
      'image-tag-missing',
      'Docker: manifest unknown, and no more said',
      'Failed to pull image "ghcr.io/siderolabs/installer:v1.14.0": Error response from daemon: manifest unknown',
      'https://github.com/kubeovn/kube-ovn/pull/7388',
    ],
    [
      'image-tag-missing',
      'registry: the repository is not found (Harbor)',
      'Failed to pull image "harbor.example.com/a/b:1": rpc error: code = Unknown desc = unknown: repository a/b not found',
      'Harbor src/lib/errors',
    ],
    [
      'image-tag-missing',
      'CRI-O: manifest unknown, said twice (a local registry)',
      'Failed to pull image "kind-registry:5000/test-operator/catalog:v4.10s": initializing source docker://kind-registry:5000/test-operator/catalog:v4.10s: reading manifest v4.10s in kind-registry:5000/test-operator/catalog: manifest unknown: manifest unknown',
      'https://github.com/redhat-openshift-ecosystem/community-operators-prod/issues/1089',
    ],
    [
      'image-tag-missing',
      'registry: the image is not found (Azure)',
      'Failed to pull image "mcr.microsoft.com/azuredocs/aci-hellowrld": rpc error: code 2 desc Error: image t/aci-hellowrld:latest not found',
      'Azure Container Instances, troubleshooting guide',
    ],
    [
      'image-tag-missing',
      'registry: the named manifest is not known',
      'Failed to pull image "myregistry.io/my-app:v1": rpc error: code = Unknown desc = Error response from daemon: manifest for myregistry.io/my-app:v1 not found: manifest unknown: The named manifest is not known to the registry.',
      'Docker registry v2 error text',
    ],
    [
      'image-tag-missing',
      'registry: no repository of that name (Amazon’s public ECR)',
      "Failed to pull image \"public.ecr.aws/acme/app:2\": Error response from daemon: repository public.ecr.aws/acme/app not found: name unknown: The repository with name 'app' does not exist in the registry with id 'acme'",
      'Amazon ECR',
    ],
    [
      'image-tag-missing',
      'CRI-O: neither an image nor an OCI artifact (quay.io)',
      'Failed to pull image "quay.io/acme/app:9": unable to pull image or OCI artifact: pull image err: initializing source docker://quay.io/acme/app:9: reading manifest 9 in quay.io/acme/app: manifest unknown; artifact err: get manifest: build image source: reading manifest 9 in quay.io/acme/app: manifest unknown',
      'https://github.com/cri-o/cri-o internal/storage/image.go',
    ],
    [
      'image-tag-missing',
      'CRI-O: the repository is not found (quay.io)',
      'Failed to pull image "quay.io/acme/x:2": initializing source docker://quay.io/acme/x:2: reading manifest 2 in quay.io/acme/x: name unknown: repository not found',
      'https://github.com/cri-o/cri-o, quay.io',
    ],
    [
      'image-tag-missing',
      'containerd: the tag is not found, without a gRPC code (quay.io)',
      'Failed to pull image "quay.io/gpustack/runner:cuda12.9": failed to resolve reference "quay.io/gpustack/runner:cuda12.9": quay.io/gpustack/runner:cuda12.9: not found',
      'https://github.com/gpustack/gpustack/issues/4860',
    ],
    [
      'image-tag-missing',
      'CRI-O: manifest unknown (quay.io)',
      'Failed to pull image "quay.io/org/app:9.9": initializing source docker://quay.io/org/app:9.9: reading manifest 9.9 in quay.io/org/app: manifest unknown',
      'containers/image through CRI-O 1.30',
    ],
    [
      'image-tag-missing',
      'registry: the tag is not in the repository (quay.io)',
      'Failed to pull image "quay.io/ukhomeofficedigital/s3registry:v2.0.0-bob": image pull failed for quay.io/ukhomeofficedigital/s3registry:v2.0.0-bob, this may be because there are no credentials on this request.  details: (Tag v2.0.0-bob not found in repository quay.io/ukhomeofficedigital/s3registry)',
      'https://github.com/UKHomeOffice/kb8or/issues/68',
    ],
    [
      'image-tag-missing',
      'containerd: the registry gives a web page in place of an image',
      'Failed to pull image "registry.example.com/a/b:1": rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/a/b:1": failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:aa: not found',
      'https://github.com/containerd/containerd/issues/4849',
    ],
    [
      'image-tag-missing',
      'registry: no such manifest (GitLab)',
      'Failed to pull image "registry.gitlab.com/acme/app:1": rpc error: code = NotFound desc = failed to pull and unpack image "registry.gitlab.com/acme/app:1": no such manifest: registry.gitlab.com/acme/app:1',
      'GitLab registry through containerd',
    ],
    [
      'image-tag-missing',
      'containerd: the tag is not found (registry.k8s.io)',
      'Failed to pull image "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": failed to resolve reference "registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b": registry.k8s.io/kube-apiserver-amd64:v1.30.0-alpha.1.107_052bce26f4f48b: not found',
      'https://github.com/kubernetes-sigs/provider-aws-test-infra/pull/281',
    ],
    [
      'image-tag-missing',
      'containerd: 404 on the manifest',
      'Failed to pull image "registry.local/app:2": rpc error: code = Unknown desc = failed to pull and unpack image "registry.local/app:2": failed to resolve reference "registry.local/app:2": unexpected status from HEAD request to https://registry.local/v2/app/manifests/2: 404 Not Found',
      'https://github.com/containerd/containerd core/remotes/docker/resolver.go',
    ],
  ]),
  ...said('pull-state', [
    [
      'image-tag-missing',
      'containerd: the tag is not found, as the pod’s state has it',
      'Back-off pulling image "ghcr.io/nine-minds/alga-psa-ee:gone": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:gone": failed to resolve reference "ghcr.io/nine-minds/alga-psa-ee:gone": ghcr.io/nine-minds/alga-psa-ee:gone: not found',
      'https://github.com/kubernetes/kubernetes/blob/v1.32.0/pkg/kubelet/images/image_manager.go',
    ],
  ]),
  ...said('text registry', [
    [
      'image-tag-missing',
      'client: manifest unknown (ghcr.io)',
      'GET https://ghcr.io/v2/nine-minds/alga-psa-ee/manifests/nope: MANIFEST_UNKNOWN: manifest unknown',
      'OCI distribution specification, error codes',
    ],
  ]),
];
