import { installSpec } from '../../model/site.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import type { Checkout } from './checkout.ts';
import type { Fault } from './faults.ts';
import { FIELDS, fieldAt, variableOf } from './fields.ts';
import type { FieldKey } from './fields.ts';
import { sourceName } from './values.ts';
import type { Values } from './values.ts';

/** What a spec is made of beside the values of its fields. */
export interface Surroundings {
  readonly siteId: string;
  readonly mode: InstallSpec['mode'] | null;
  readonly wipeConfirmed: boolean;
  /** Null when the release could not be found: that fault is told already. */
  readonly release: ReleaseManifest | null;
  readonly checkout: Checkout | null;
}

export type Candidate = { readonly spec: InstallSpec; readonly faults: [] } | { spec: null; readonly faults: Fault[] };

/** Takes values and their surroundings, gives the spec, or every fault by the flag that it belongs to. */
export function candidateSpec(values: Values, surroundings: Surroundings): Candidate {
  const parsed = installSpec.safeParse(draft(values, surroundings));
  const faults = switchFaults(values);
  if (parsed.success && faults.length === 0) return { spec: parsed.data, faults: [] };
  if (!parsed.success)
    faults.push(...parsed.error.issues.flatMap((issue) => faultOf(issue, values, surroundings.release !== null)));
  return { spec: null, faults: firstOfEachFlag(faults) };
}

/** Takes one value more than is known, gives what is wrong with just that one; undefined when nothing is. */
export function faultIn(key: FieldKey, text: string, values: Values, surroundings: Surroundings): string | undefined {
  const tried: Values = new Map(values).set(key, { text, source: 'prompt' });
  const flag = FIELDS.find((field) => field.key === key)?.flag;
  return candidateSpec(tried, surroundings).faults.find((fault) => fault.flag === `--${flag}`)?.text;
}

function draft(values: Values, { siteId, mode, wipeConfirmed, release, checkout }: Surroundings): unknown {
  const text = (key: FieldKey): string | undefined => values.get(key)?.text;
  const orNull = (key: FieldKey): string | null => text(key) || null;
  const list = (key: FieldKey): string[] =>
    (text(key) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const isOn = (key: FieldKey): boolean => ON.has((text(key) ?? '').toLowerCase());
  const tags = {
    algaCore: orNull('algaCoreTag'),
    workflowWorker: orNull('workflowWorkerTag'),
    emailService: orNull('emailServiceTag'),
    temporalWorker: orNull('temporalWorkerTag'),
  };
  return {
    siteId,
    mode,
    wipeConfirmed,
    clusterName: text('clusterName'),
    nodeIp: text('nodeIp'),
    hostname: text('hostname'),
    appUrl: text('appUrl')?.replace(/\/+$/, ''),
    interface: orNull('interface'),
    network:
      text('networkMode') === 'static'
        ? { mode: 'static', address: text('staticAddress'), gateway: text('staticGateway') }
        : { mode: text('networkMode') },
    dnsServers: list('dnsServers'),
    ntpServers: list('ntpServers'),
    installDisk: text('installDisk'),
    channel: orNull('channel'),
    release: release ?? undefined,
    profile: text('profile'),
    repo: { url: text('repoUrl'), branch: text('repoBranch'), path: text('repoPath') },
    checkout: checkout && {
      revision: checkout.revision,
      uncommittedFiles: checkout.uncommittedFiles,
      unpushedCommits: checkout.unpushedCommits,
    },
    requireRemoteBranch: isOn('requireRemoteBranch'),
    fluxManifests: orNull('fluxManifests'),
    imageTags: Object.fromEntries(Object.entries(tags).filter(([, tag]) => tag !== null)),
    prepullImages: isOn('prepullImages'),
    skipImageTagValidation: isOn('skipImageTagValidation'),
    existingCluster: { kubeconfig: orNull('kubeconfig'), talosconfig: orNull('talosconfig') },
  };
}

const ON = new Set(['true', '1', 'yes', 'on']);
const OFF = new Set(['false', '0', 'no', 'off']);

/** A switch given by a variable may be misspelt; a misspelt consent must not pass for one, nor silently for none. */
function switchFaults(values: Values): Fault[] {
  return FIELDS.filter((field) => field.kind === 'switch').flatMap((field) => {
    const given = values.get(field.key);
    if (!given || ON.has(given.text.toLowerCase()) || OFF.has(given.text.toLowerCase())) return [];
    return [{ flag: sourceName(field, given.source), text: `"${given.text}": expected true or false` }];
  });
}

interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Fields whose defaults come with the release: without one their absence says nothing. */
const FROM_RELEASE: readonly FieldKey[] = ['profile', 'repoBranch', 'repoPath'];

function faultOf(issue: Issue, values: Values, hasRelease: boolean): Fault[] {
  if (issue.path[0] === 'mode') return [{ flag: '--fresh | --recover', text: 'is missing: say which one you want' }];
  if (issue.path[0] === 'siteId') return [{ flag: '--site', text: issue.message }];
  const field = fieldAt(issue.path);
  // A release that could not be found is told by whoever looked for it.
  if (!field || field.key === 'releaseVersion') return [];
  const given = values.get(field.key);
  if (!given) {
    if (!hasRelease && FROM_RELEASE.includes(field.key)) return [];
    if (field.key === 'appUrl' && !values.has('nodeIp')) return [];
    const variable = variableOf(field);
    return [
      { flag: `--${field.flag}`, text: `is missing${variable === null ? '' : ` (or set ${variable})`}: ${field.help}` },
    ];
  }
  // A URL that was only made from the address is wrong when the address is, and that is told.
  if (field.key === 'appUrl' && given.source === 'default') return [];
  const expected = field.choices ? `expected ${field.choices.join(' or ')}` : issue.message;
  return [{ flag: sourceName(field, given.source), text: `"${given.text}": ${expected}` }];
}

function firstOfEachFlag(faults: readonly Fault[]): Fault[] {
  return faults.filter((fault, index) => faults.findIndex((other) => other.flag === fault.flag) === index);
}
