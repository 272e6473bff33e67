import type { Program } from '../program.ts';

const HELM = '3.19.5';
const KUBECONFORM = '0.7.0';
const KUSTOMIZE = '5.8.0';

// The Kubernetes version that `helm template` assumes; Helm's own build takes it from its client-go, 0.34.
const helmKubernetes = Object.fromEntries(
  ['helm.sh/helm/v3/pkg/lint/rules', 'helm.sh/helm/v3/pkg/chartutil'].flatMap((path) => [
    [`${path}.k8sVersionMajor`, '1'],
    [`${path}.k8sVersionMinor`, '34'],
  ]),
);

/** What renders and checks charts and the Flux tree in the tests. */
export const manifestPrograms = [
  {
    id: 'helm',
    purpose: 'renders the charts in the tests',
    version: HELM,
    groups: ['tests', 'lab'],
    executable: 'helm',
    versionCheck: {
      args: ['version', '--short'],
      pattern: /^v(\S+)/m,
      accepts: '^3.18.0',
      because: "Flux' helm-controller 1.4 renders with Helm 3, and so do the tests",
    },
    // https://helm.sh/docs/intro/install
    download: ({ os, arch }) => {
      const url = `https://get.helm.sh/helm-v${HELM}-${os}-${arch}.tar.gz`;
      return { url, checksums: `${url}.sha256sum`, member: `${os}-${arch}/helm` };
    },
    build: {
      kind: 'go',
      folder: 'tools/go/helm',
      package: 'helm.sh/helm/v3/cmd/helm',
      stamp: {
        'helm.sh/helm/v3/internal/version.version': `v${HELM}`,
        'helm.sh/helm/v3/internal/version.gitTreeState': 'clean',
        ...helmKubernetes,
      },
    },
    minutes: 1.5,
    homepage: 'https://helm.sh/docs/intro/install',
  },
  {
    id: 'kustomize',
    purpose: 'builds the Flux tree in the tests',
    version: KUSTOMIZE,
    groups: ['tests', 'lab'],
    executable: 'kustomize',
    versionCheck: {
      args: ['version'],
      pattern: /v(\d\S+)/,
      accepts: '^5.0.0',
      because: "Flux' kustomize-controller builds with Kustomize 5",
    },
    download: ({ os, arch }) => {
      const release = `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${KUSTOMIZE}`;
      return {
        url: `${release}/kustomize_v${KUSTOMIZE}_${os}_${arch}.tar.gz`,
        checksums: `${release}/checksums.txt`,
        member: 'kustomize',
      };
    },
    build: {
      kind: 'go',
      folder: 'tools/go/kustomize',
      package: 'sigs.k8s.io/kustomize/kustomize/v5',
      stamp: { 'sigs.k8s.io/kustomize/api/provenance.version': `kustomize/v${KUSTOMIZE}` },
    },
    minutes: 1,
    homepage: 'https://kubectl.docs.kubernetes.io/installation/kustomize',
  },
  {
    id: 'kubeconform',
    purpose: 'checks manifests against the schemas of Kubernetes in the tests',
    version: KUBECONFORM,
    groups: ['tests'],
    executable: 'kubeconform',
    versionCheck: {
      args: ['-v'],
      pattern: /v(\d\S+)/,
      accepts: '>=0.6.0 <1',
      because: 'its output is read as versions 0.6 and 0.7 write it',
    },
    download: ({ os, arch }) => {
      const release = `https://github.com/yannh/kubeconform/releases/download/v${KUBECONFORM}`;
      return {
        url: `${release}/kubeconform-${os}-${arch}.tar.gz`,
        checksums: `${release}/CHECKSUMS`,
        member: 'kubeconform',
      };
    },
    build: {
      kind: 'go',
      folder: 'tools/go/kubeconform',
      package: 'github.com/yannh/kubeconform/cmd/kubeconform',
      stamp: { 'main.version': `v${KUBECONFORM}` },
    },
    minutes: 0.5,
    homepage: 'https://github.com/yannh/kubeconform#installation',
  },
] as const satisfies readonly Program[];
