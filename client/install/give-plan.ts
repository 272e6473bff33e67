import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { InstallSpec } from '../../model/site.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { specDigest } from '../../site-folder/inputs.ts';
import type { Order } from '../inputs/order.ts';
import { planLines, planOf } from '../render/plan.ts';
import { branchNotes } from '../render/source.ts';
import type { PlannedFile } from '../render/plan.ts';
import type { Site } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { count } from '../terminal/text.ts';

/** Takes an order, gives its plan on stdout. */
export async function givePlan(context: CommandContext, { site, spec, notes }: Order): Promise<number> {
  const planned = { ...spec, wipeConfirmed: context.yes && spec.mode === 'fresh' };
  const plan = planOf(planned, specDigest(spec), plannedFiles(site, spec), [
    ...notes,
    ...branchNotes(spec),
    ...checkoutWarnings(spec),
  ]);
  await context.give(plan, () => planLines(context.style, plan));
  return EXIT.done;
}

interface Writes {
  readonly name: string;
  readonly what: string;
  /** Once it is there it is never written again. */
  readonly once?: true;
  /** Only when the cluster is made by this install, and not an existing one. */
  readonly ownCluster?: true;
  /** Only by a fresh install. */
  readonly fresh?: true;
}

const SITE_WRITES: readonly Writes[] = [
  { name: SITE_FILES.record, what: 'what is known of this site, without secrets' },
  { name: SITE_FILES.nodeIp, what: 'address of the node' },
  { name: SITE_FILES.appUrl, what: 'URL of the application' },
  { name: SITE_FILES.secrets, what: 'key material of the cluster; never overwritten', once: true, ownCluster: true },
  { name: SITE_FILES.machineConfig, what: 'machine configuration; never overwritten', once: true, ownCluster: true },
  {
    name: SITE_FILES.appliedConfig,
    what: 'machine configuration as the node got it, when an input changed since',
    ownCluster: true,
  },
  { name: SITE_FILES.handover, what: 'what the node was given, and when', ownCluster: true },
  { name: SITE_FILES.talosconfig, what: 'credentials for talosctl; never overwritten', once: true, ownCluster: true },
  { name: SITE_FILES.kubeconfig, what: 'credentials for Kubernetes', once: true, ownCluster: true },
  { name: SITE_FILES.authKey, what: 'authentication key, when you give one' },
  { name: SITE_FILES.initialTenant, what: 'company and first administrator, with the password', fresh: true },
  { name: SITE_FILES.licenceToken, what: 'licence token, when you give one, until the database has it' },
  { name: SITE_FILES.statusToken, what: 'token of the status page', once: true },
  { name: SITE_FILES.values, what: 'folder with the values of every release' },
  { name: SITE_FILES.report, what: 'report, written at the end' },
];

/** What all sites share: the state of the local Temporal server and worker. */
const HOME_WRITES: readonly Writes[] = [
  { name: 'payload.key', what: 'key that encrypts what is kept in Temporal', once: true },
  { name: '.temporal', what: 'database, state and logs of the local Temporal server and the worker' },
];

/** Every file that the install of this spec writes on the operator's machine. */
function plannedFiles(site: Site, spec: InstallSpec): PlannedFile[] {
  const own = spec.existingCluster.kubeconfig === null;
  const planned = (folder: string, { name, what, once }: Writes): PlannedFile => {
    const path = join(folder, name);
    if (!existsSync(path)) return { path, what, state: 'new' };
    return { path, what, state: once ? 'kept' : 'rewritten' };
  };
  return [
    ...SITE_WRITES.filter(({ ownCluster, fresh }) => (own || !ownCluster) && (spec.mode === 'fresh' || !fresh)).map(
      (one) => planned(site.folder.root, one),
    ),
    ...HOME_WRITES.map((one) => planned(site.home, one)),
  ];
}

/** What Flux will not see, because it is only on this machine. */
function checkoutWarnings({ checkout, repo }: InstallSpec): string[] {
  if (!checkout) return [];
  const { unpushedCommits, uncommittedFiles } = checkout;
  return [
    ...(unpushedCommits === null
      ? [`branch ${repo.branch} follows no remote branch: nobody can say what is unpushed`]
      : []),
    ...(unpushedCommits
      ? [`${count(unpushedCommits, 'commit')} of ${repo.branch} not pushed: Flux will not see them`]
      : []),
    ...(uncommittedFiles > 0 ? [`${count(uncommittedFiles, 'file')} not committed: Flux will not see them`] : []),
  ];
}
