import { join } from 'node:path';
import type { TalosLookName } from '../../activities/adapters/talosctl-look.ts';
import type { BundleFile, BundleHead, Missing } from '../../bundle/index.ts';
import { NAMESPACES } from '../../model/appliance.ts';
import { INSTALL_REPORT } from '../../model/report.ts';
import type { KubernetesObject, Snapshot, TalosAnswer } from '../../model/snapshot.ts';
import { podRowsOf } from '../../kubernetes/rows.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { readEnd } from '../../system/read-file.ts';
import { redact } from '../../redaction/index.ts';
import { readStored } from '../../site-folder/documents.ts';
import type { CommandContext } from '../context.ts';
import { openSession } from '../install/session.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import type { Site } from '../site/site.ts';
import { lookAt, readingOf } from '../status/observe.ts';
import type { Look } from '../status/observe.ts';
import { askMachine } from './machine.ts';
import { explain } from '../terminal/failure.ts';
import { collectParts } from './parts.ts';
import type { PartAnswer, Parts } from './parts.ts';

/** A broken cluster is slow: longer than a person waits for `status`. */
const CLUSTER_MS = 8_000;
const LOG_LINES = 400;
const LOG_BYTES = 128 * 1024;
/** Containers whose logs are taken, those that need attention first. */
const MOST_LOGS = 120;
const LOGS_AT_ONCE = 8;
/** Logs of this machine's own processes. */
const OWN_LOG_BYTES = 512 * 1024;
/** Read before the end that is taken, so that a secret at its start is recognised. */
const MARGIN_BYTES = 64 * 1024;

const TALOS: readonly TalosLookName[] = [
  'version',
  'services',
  'health',
  'dmesg',
  'links',
  'addresses',
  'routes',
  'resolvers',
  'timeservers',
  'time',
  'machine-status',
  'volumes',
  'diagnostics',
  'log-kubelet',
  'log-etcd',
  'log-machined',
];

export interface Collected {
  readonly files: readonly BundleFile[];
  readonly missing: readonly Missing[];
}

/**
 * What a bundle is made of: answers of programs and documents by name. No file of the site's folder is copied: what is read there is
 * the report alone, and the talosconfig and kubeconfig are used and not read into anything.
 */
export async function collectBundle(
  context: CommandContext,
  site: Site,
  client: BundleHead['client'],
): Promise<Collected> {
  const parts = collectParts(context.io.signal);
  const talos: TalosAnswer[] = [];
  let look: Look | null = null;
  await Promise.all([
    parts.run('talos', 'answers of the Talos machine', (signal) => talosAnswers(context, site, signal, talos)),
    parts
      .run('status', 'a look at cluster and install', async () => {
        look = await lookAt(context, site, CLUSTER_MS);
        return { files: [], missing: missingOf(look, site) };
      })
      // One after the other: each of them starts the local server where it does not run.
      .then(() => parts.run('history', 'history of the install', () => installHistory(context, site))),
    parts.run('logs', 'logs of the containers', (signal) => containerLogs(context, site, signal)),
    parts.run('report', 'report of the install', async () => {
      const report = await readStored(site.folder, SITE_FILES.report, INSTALL_REPORT);
      if (report === null) throw new Error('there is none: the install has not finished from this folder');
      return {
        files: [{ path: 'install/report.json', part: 'report', what: 'the report of the install', document: report }],
      };
    }),
    ...OWN_LOGS.map(([name, folder]) => parts.run('logs', name, () => ownLog(context, site, name, folder))),
  ]);
  await fromLook(context, site, { parts, look, talos, client });
  return { files: parts.files, missing: parts.missing };
}

interface Seen {
  readonly parts: Parts;
  readonly look: Look | null;
  readonly talos: readonly TalosAnswer[];
  readonly client: BundleHead['client'];
}

async function fromLook(context: CommandContext, site: Site, { parts, look, talos, client }: Seen): Promise<void> {
  const snapshot = look && { ...look.snapshot, ...(talos.length > 0 ? { talos: [...talos] } : {}) };
  await parts.run('versions', 'versions', async () => ({
    files: [
      {
        path: 'versions.json',
        part: 'versions',
        what: 'versions',
        document: await versions(context, site, client, snapshot),
      },
    ],
  }));
  if (!look || !snapshot) return;
  const items = snapshot.kubernetes?.items ?? [];
  await parts.run('snapshot', 'the snapshot', async () => ({
    files: [
      { path: 'snapshot.json', part: 'snapshot', what: 'what a diagnosis reads', document: snapshot },
      ...objectFiles(items),
    ],
  }));
  await parts.run('status', 'the status document', async () => {
    const { status } = await readingOf(context, site, { ...look, snapshot });
    const { install } = look;
    const progress = install?.progress ?? null;
    return {
      files: [
        { path: 'status.json', part: 'status', what: 'the status document', document: status },
        ...(progress
          ? [{ path: 'install/progress.json', part: 'status', what: 'the progress of the install', document: progress }]
          : []),
      ],
    };
  });
}

const isOf = (group: string) => (object: KubernetesObject) => object.apiVersion.split('/')[0]?.endsWith(group);

/** The objects that are looked at first, apart from the others; all of them are in the snapshot too. */
function objectFiles(items: readonly KubernetesObject[]): BundleFile[] {
  const helm = items.filter(isOf('helm.toolkit.fluxcd.io'));
  const flux = items.filter((object) => isOf('toolkit.fluxcd.io')(object) && !helm.includes(object));
  const events = items.filter(({ kind }) => kind === 'Event');
  const rows: [string, string, readonly KubernetesObject[]][] = [
    ['flux', 'sources and Kustomizations of Flux', flux],
    ['helm', 'HelmReleases with their history', helm],
    ['events', 'events of the cluster', events],
  ];
  return rows.flatMap(([name, what, objects]) =>
    objects.length === 0 ? [] : [{ path: `kubernetes/${name}.json`, part: name, what, document: { items: objects } }],
  );
}

/** What the look itself says it did not see. */
function missingOf({ snapshot, install, installError }: Look, site: Site): Missing[] {
  const { kubernetes } = snapshot;
  const why = kubernetes?.error ?? (kubernetes ? null : whyNoCluster(site));
  return [
    ...(why === null ? [] : [{ part: 'snapshot', what: 'objects of the cluster', why }]),
    ...(kubernetes?.missing ?? []).map(({ resource, error }) => ({ part: 'snapshot', what: resource, why: error })),
    ...(installError === null ? [] : [{ part: 'status', what: 'progress of the install', why: installError }]),
    ...(installError === null && install === null
      ? [{ part: 'status', what: 'progress of the install', why: 'no install is known on this machine' }]
      : []),
  ];
}

function whyNoCluster(site: Site): string {
  return site.simulated
    ? 'the site is simulated: its cluster is known to its worker alone'
    : `no kubeconfig in ${site.folder.root}: the cluster was not installed from this folder`;
}

async function versions(
  { services }: CommandContext,
  site: Site,
  client: BundleHead['client'],
  snapshot: Snapshot | null,
): Promise<unknown> {
  const [worker, server] = await Promise.all([
    services.runningWorker(site.home).catch((error: unknown) => ({ unknown: explain(error).message })),
    services.runningServer(site.home).catch((error: unknown) => ({ unknown: explain(error).message })),
  ]);
  const release = site.record?.spec.release ?? null;
  const nodes = (snapshot?.kubernetes?.items ?? []).filter(({ kind }) => kind === 'Node');
  const charts = (snapshot?.kubernetes?.items ?? []).filter(isOf('helm.toolkit.fluxcd.io'));
  return {
    client,
    worker,
    temporalServer: server,
    release: release && {
      releaseVersion: release.releaseVersion,
      talos: release.talos,
      kubernetes: release.kubernetes,
      flux: release.flux,
      charts: release.charts,
      images: release.app.images,
    },
    nodes: nodes.map((node) => ({ name: node.metadata.name, nodeInfo: fieldOf(node['status'], 'nodeInfo') })),
    installed: charts.map((one) => ({ name: one.metadata.name, history: fieldOf(one['status'], 'history') })),
  };
}

function fieldOf(value: unknown, field: string): unknown {
  return value !== null && typeof value === 'object' && field in value ? Reflect.get(value, field) : null;
}

async function talosAnswers(
  context: CommandContext,
  site: Site,
  signal: AbortSignal,
  talos: TalosAnswer[],
): Promise<PartAnswer> {
  const answers = await askMachine(context, site, TALOS, signal);
  talos.push(...answers.map(({ answer }) => answer));
  return {
    files: answers.map(({ name, answer: { command, exitCode, stdout, stderr } }) => ({
      path: `talos/${name}.txt`,
      part: 'talos',
      what: command,
      text: `# ${command}: exit code ${exitCode ?? 'none'}\n${stdout}${stderr === '' ? '' : `\n# stderr\n${stderr}\n`}`,
    })),
    missing: answers
      .filter(({ answer }) => answer.exitCode !== 0 && answer.stdout.trim() === '')
      .map(({ answer }) => ({
        part: 'talos',
        what: answer.command,
        why: answer.stderr.split('\n', 1)[0] || 'it failed',
      })),
  };
}

/** Namespaces of the appliance and of the system: nobody else's logs leave the cluster. */
const LOGGED = new Set<string>([...Object.values(NAMESPACES), 'kube-system', 'local-path-storage']);

async function containerLogs({ services }: CommandContext, site: Site, signal: AbortSignal): Promise<PartAnswer> {
  const kubeconfig = kubeconfigOf(site);
  if (kubeconfig === null) throw new Error(whyNoCluster(site));
  const { readLogEnd } = await import('../../observation/index.ts');
  const reader = await services.reader(kubeconfig);
  try {
    const { items } = await reader.list({
      resource: { apiVersion: 'v1', plural: 'pods', kind: 'Pod' },
      pageSize: 500,
      signal,
      timeoutMs: CLUSTER_MS,
    });
    const wanted = podRowsOf(items)
      .filter(({ namespace }) => LOGGED.has(namespace))
      .flatMap(({ namespace, name, containers, initContainers, restarts }) =>
        [...initContainers, ...containers].flatMap((container) =>
          [false, ...(restarts > 0 ? [true] : [])].map((previous) => ({ namespace, pod: name, container, previous })),
        ),
      );
    const files: BundleFile[] = [];
    const missing: Missing[] = [];
    const queue = wanted.slice(0, MOST_LOGS);
    if (wanted.length > MOST_LOGS)
      missing.push({
        part: 'logs',
        what: `${wanted.length - MOST_LOGS} more logs`,
        why: `a bundle has ${MOST_LOGS} at most`,
      });
    const take = async (): Promise<void> => {
      for (let source = queue.shift(); source; source = queue.shift()) {
        const { namespace, pod, container, previous } = source;
        const what = `${namespace}/${pod}, container ${container}${previous ? ', before its restart' : ''}`;
        try {
          const text = await readLogEnd(reader, {
            ...source,
            tailLines: LOG_LINES,
            limitBytes: LOG_BYTES,
            signal,
            timeoutMs: CLUSTER_MS,
          });
          const path = `logs/${namespace}/${pod}/${container}${previous ? '.previous' : ''}.log`;
          files.push({ path, part: 'logs', what, text });
        } catch (error) {
          signal.throwIfAborted();
          if (!previous) missing.push({ part: 'logs', what, why: explain(error).message });
        }
      }
    };
    await Promise.all(Array.from({ length: LOGS_AT_ONCE }, take));
    return { files: files.toSorted((a, b) => a.path.localeCompare(b.path)), missing };
  } finally {
    await reader.close();
  }
}

async function installHistory(context: CommandContext, site: Site): Promise<PartAnswer> {
  if (site.record === null) throw new Error('no install was ordered from this folder');
  const session = await openSession(context, site, { start: 'on-demand', detached: false, lostKeys: 'bear' });
  try {
    const events = await session.installs.history(site.siteId);
    return {
      files: [
        {
          path: 'install/history.json',
          part: 'history',
          what: 'events of the install, without payloads',
          document: { events },
        },
      ],
    };
  } finally {
    await session.close();
  }
}

const OWN_LOGS: readonly (readonly [name: string, folder: string])[] = [
  ['worker.log', '.temporal'],
  ['supervisor.log', '.temporal'],
  ['server.log', '.temporal'],
  ['client-error.log', ''],
];

async function ownLog({ home }: CommandContext, site: Site, name: string, folder: string): Promise<PartAnswer> {
  const path = join(folder === '' ? home : site.home, folder, name);
  const end = await readEnd(path, OWN_LOG_BYTES + MARGIN_BYTES).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? new Error(`${path} does not exist`)
      : error;
  });
  // Redacted before it is cut: a secret is known by what comes before it.
  const whole = Buffer.from(redact(end.text));
  const kept = whole.subarray(-OWN_LOG_BYTES).toString('utf8');
  const isCut = end.before > 0 || whole.length > OWN_LOG_BYTES;
  // The first line of a tail is cut; it is left out, except one that is most of the log.
  const lineEnd = kept.indexOf('\n') + 1;
  const text = isCut && lineEnd < kept.length / 2 ? kept.slice(lineEnd) : kept;
  return {
    files: [{ path: `logs/client/${name}`, part: 'logs', what: `the end of ${name}`, text }],
    missing: isCut
      ? [{ part: 'logs', what: `the start of ${name}`, why: `a bundle has the last ${OWN_LOG_BYTES} bytes at most` }]
      : [],
  };
}
