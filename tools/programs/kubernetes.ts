import type { Group, Program } from '../program.ts';

const KUBERNETES = '1.34.4';
const ETCD = '3.6.16';

// The version variables that Kubernetes' own release sets, see hack/lib/version.sh.
const stamp = Object.fromEntries(
  ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
    [`${path}.gitVersion`, `v${KUBERNETES}`],
    [`${path}.gitMajor`, '1'],
    [`${path}.gitMinor`, '34'],
    [`${path}.gitTreeState`, 'clean'],
  ]),
);

function component<const Id extends string>(
  id: Id,
  purpose: string,
  groups: [Group, ...Group[]],
  minutes: number,
): Program & { readonly id: Id } {
  return {
    id,
    purpose,
    version: KUBERNETES,
    groups,
    executable: id,
    versionCheck: {
      args: ['--version'],
      pattern: /Kubernetes v(\S+)/,
      accepts: '~1.34.0',
      because: 'the control plane of the tests and the lab runs all its parts in one minor version, 1.34',
    },
    // https://kubernetes.io/releases/download: server binaries are published for Linux only.
    download: ({ os, arch }) => {
      if (os !== 'linux') return undefined;
      const url = `https://dl.k8s.io/release/v${KUBERNETES}/bin/${os}/${arch}/${id}`;
      return { url, checksums: `${url}.sha256` };
    },
    build: { kind: 'go', folder: 'tools/go/kubernetes', package: `k8s.io/kubernetes/cmd/${id}`, stamp },
    minutes,
    homepage: 'https://kubernetes.io/releases/download',
  };
}

/** The Kubernetes that tests and lab run. */
export const kubernetesPrograms = [
  {
    id: 'etcd',
    purpose: 'keeps the objects of the Kubernetes API in tests and lab',
    version: ETCD,
    groups: ['tests', 'lab'],
    executable: 'etcd',
    versionCheck: {
      args: ['--version'],
      pattern: /etcd Version: (\S+)/,
      accepts: '>=3.4.0 <4',
      because: 'kube-apiserver needs etcd 3.4 or a later 3',
    },
    download: ({ os, arch }) => {
      const release = `https://github.com/etcd-io/etcd/releases/download/v${ETCD}`;
      const name = `etcd-v${ETCD}-${os}-${arch}`;
      return {
        url: `${release}/${name}.${os === 'darwin' ? 'zip' : 'tar.gz'}`,
        checksums: `${release}/SHA256SUMS`,
        member: `${name}/etcd`,
      };
    },
    build: { kind: 'go', folder: 'tools/go/etcd', package: 'go.etcd.io/etcd/server/v3' },
    minutes: 1,
    homepage: 'https://etcd.io/docs/v3.6/install',
  },
  component('kube-apiserver', 'is the real Kubernetes API of tests and lab', ['tests', 'lab'], 4),
  component(
    'kube-controller-manager',
    'runs jobs and collects garbage in the Kubernetes of tests and lab',
    ['tests', 'lab'],
    1,
  ),
  component('kube-scheduler', 'places the pods of the lab', ['lab'], 0.5),
  component('kubelet', 'runs the pods of the lab', ['lab'], 0.5),
  component('kube-proxy', 'makes Services reachable in the lab', ['lab'], 0.5),
] as const satisfies readonly Program[];
