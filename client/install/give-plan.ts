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

/** Prints the plan of an order to stdout. */
export async function givePlan(context: CommandContext, { site, spec, notes }: Order): Promise<number> {
  const plan = planOf(spec, specDigest(spec), plannedFiles(site, spec), [
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
  /** Once it exists it is never written again. */
  readonly once?: true;
  /** Only when this install creates the cluster. */
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
    what: 'machine configuration as applied to the node, if an input changed since',
    ownCluster: true,
  },
  { name: SITE_FILES.handover, what: 'which configuration was applied to the node, and when', ownCluster: true },
  { name: SITE_FILES.talosconfig, what: 'credentials for talosctl; never overwritten', once: true, ownCluster: true },
  { name: SITE_FILES.kubeconfig, what: 'credentials for Kubernetes', once: true, ownCluster: true },
  { name: SITE_FILES.authKey, what: 'authentication key, if you give one' },
  { name: SITE_FILES.initialTenant, what: 'company and first administrator, with the password', fresh: true },
  { name: SITE_FILES.licenceToken, what: 'license token, if you give one, until the database has it' },
  { name: SITE_FILES.payloadKeys, what: 'keys that encrypt payloads in Temporal', once: true },
  { name: SITE_FILES.statusToken, what: 'token of the status page', once: true },
  { name: SITE_FILES.values, what: 'folder with the values of every release' },
  { name: SITE_FILES.report, what: 'report, written at the end of the install' },
];

/** What all sites share: the state of the local Temporal server and worker. */
const HOME_WRITES: readonly Writes[] = [
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

/** Changes that Flux will not see, because they are only on this machine. */
function checkoutWarnings({ checkout, repo }: InstallSpec): string[] {
  if (!checkout) return [];
  const { unpushedCommits, uncommittedFiles } = checkout;
  return [
    ...(unpushedCommits === null
      ? [`branch ${repo.branch} tracks no remote branch: it is unknown which commits are not pushed`]
      : []),
    ...(unpushedCommits
      ? [`${count(unpushedCommits, 'commit')} of ${repo.branch} not pushed: Flux will not see them`]
      : []),
    ...(uncommittedFiles > 0 ? [`${count(uncommittedFiles, 'file')} not committed: Flux will not see them`] : []),
  ];
}
