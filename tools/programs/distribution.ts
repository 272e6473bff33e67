import type { Group, Program, VersionCheck } from '../program.ts';

interface Row<Id extends string = string> {
  readonly id: Id;
  readonly purpose: string;
  readonly groups: readonly [Group, ...Group[]];
  readonly packages: readonly [string, ...string[]];
  readonly executable?: string;
  readonly folders?: readonly string[];
  readonly searchPath?: false;
  readonly check?: VersionCheck;
  readonly homepage: string;
}

const sbin = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const rows = [
  {
    id: 'git',
    purpose: "reads the operator's checkout and queries its remote",
    groups: ['client', 'tests', 'lab'],
    packages: ['git'],
    check: {
      args: ['--version'],
      pattern: /git version (\S+)/,
      accepts: '>=2.28.0',
      because: '`git init -b` came with 2.28',
    },
    homepage: 'https://git-scm.com/downloads',
  },
  {
    id: 'postgres',
    purpose: 'is the real database of tests and lab; initdb and pg_ctl must be in the same folder',
    groups: ['tests', 'lab'],
    packages: ['postgresql'],
    folders: ['/usr/lib/postgresql/*/bin', '/opt/homebrew/opt/postgresql@*/bin', '/usr/local/opt/postgresql@*/bin'],
    check: {
      args: ['--version'],
      pattern: /PostgreSQL\) (\S+)/,
      accepts: '>=13.0.0',
      because: "the charts' SQL is written for PostgreSQL 13 and later",
    },
    homepage: 'https://www.postgresql.org/download',
  },
  {
    id: 'redis-server',
    purpose: 'is the real Redis of tests and lab',
    groups: ['tests', 'lab'],
    packages: ['redis-server'],
    check: {
      args: ['--version'],
      pattern: /v=(\S+)/,
      accepts: '>=6.0.0',
      because: 'its configuration is written for Redis 6 and later',
    },
    homepage: 'https://redis.io/docs/latest/operate/oss_and_stack/install',
  },
  {
    id: 'pgbouncer',
    purpose: 'is the real connection pool of tests and lab',
    groups: ['tests', 'lab'],
    packages: ['pgbouncer'],
    folders: sbin,
    check: {
      args: ['--version'],
      pattern: /PgBouncer (\S+)/,
      accepts: '>=1.14.0',
      because: 'passwords are SCRAM, which PgBouncer takes since 1.14',
    },
    homepage: 'https://www.pgbouncer.org/install.html',
  },
  {
    id: 'containerd',
    purpose: 'runs the containers of the lab',
    groups: ['lab'],
    packages: ['containerd', 'runc'],
    check: {
      args: ['--version'],
      pattern: /containerd (\d\S+)/,
      accepts: '>=1.6.0 <3',
      because: 'the kubelet talks CRI v1, which containerd has since 1.6',
    },
    homepage: 'https://containerd.io/downloads',
  },
  {
    id: 'runc',
    purpose: 'starts the containers of the lab',
    groups: ['lab'],
    packages: ['runc'],
    folders: sbin,
    homepage: 'https://github.com/opencontainers/runc',
  },
  {
    id: 'cni-bridge',
    purpose: 'creates the pod network of the lab; the other CNI plugins must be in the same folder',
    groups: ['lab'],
    packages: ['containernetworking-plugins'],
    executable: 'bridge',
    folders: ['/usr/lib/cni', '/opt/cni/bin'],
    // Not from PATH: iproute2 has a `bridge` of its own there.
    searchPath: false,
    homepage: 'https://www.cni.dev/plugins',
  },
  {
    id: 'iptables',
    purpose: 'provides Services and host ports in the lab',
    groups: ['lab'],
    packages: ['iptables'],
    folders: sbin,
    homepage: 'https://www.netfilter.org/projects/iptables',
  },
  {
    id: 'conntrack',
    purpose: 'clears connections for kube-proxy in the lab',
    groups: ['lab'],
    packages: ['conntrack'],
    folders: sbin,
    homepage: 'https://conntrack-tools.netfilter.org',
  },
  {
    id: 'socat',
    purpose: 'forwards ports in the lab',
    groups: ['lab'],
    packages: ['socat'],
    homepage: 'http://www.dest-unreach.org/socat',
  },
  {
    id: 'ip',
    purpose: 'creates the network of the lab',
    groups: ['lab'],
    packages: ['iproute2'],
    folders: sbin,
    homepage: 'https://wiki.linuxfoundation.org/networking/iproute2',
  },
  {
    id: 'busybox',
    purpose: "is the shell in the lab's images",
    groups: ['lab'],
    packages: ['busybox-static'],
    homepage: 'https://busybox.net',
  },
  {
    id: 'chromium',
    purpose: 'opens the status page in its tests',
    groups: ['tests'],
    packages: ['chromium'],
    check: {
      args: ['--version'],
      pattern: /Chromium (\S+)/,
      accepts: '>=110.0.0',
      because: 'the page is written for browsers of that age',
    },
    homepage: 'https://www.chromium.org/getting-involved/download-chromium',
  },
] as const satisfies readonly Row[];

type RowId = (typeof rows)[number]['id'];

/** What an operating system's distribution brings. */
export const distributionPrograms = rows.map((row: Row<RowId>): Program & { readonly id: RowId } => ({
  id: row.id,
  purpose: row.purpose,
  groups: row.groups,
  executable: row.executable ?? row.id,
  versionCheck: row.check ?? 'any',
  ...(row.searchPath === undefined ? {} : { searchPath: row.searchPath }),
  ...(row.folders === undefined ? {} : { folders: row.folders }),
  debian: row.packages,
  minutes: row.id === 'chromium' ? 2 : 0.5,
  homepage: row.homepage,
}));
