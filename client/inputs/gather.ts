import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { Options } from '../terminal/options.ts';
import type { Prompter } from '../terminal/prompts.ts';
import type { Site } from '../site/site.ts';
import { candidateSpec, faultIn } from './candidate.ts';
import type { Surroundings } from './candidate.ts';
import type { Checkout } from './checkout.ts';
import { chooseRelease } from './choose-release.ts';
import { defaultOf } from './defaults.ts';
import type { Known } from './defaults.ts';
import { faultsError } from './faults.ts';
import type { Fault } from './faults.ts';
import { FIELDS, fieldOf } from './fields.ts';
import type { Field, FieldKey } from './fields.ts';
import { givenValues, recordedValues } from './values.ts';
import type { Values } from './values.ts';

export interface GatherInput {
  readonly site: Site;
  readonly mode: InstallSpec['mode'] | null;
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly catalogue: ReleaseCatalogue;
  /** Looks at the Git checkout of the current folder; null where there is none. */
  readonly checkout: () => Promise<Checkout | null>;
  /** Null where nobody can be asked. */
  readonly prompter: Prompter | null;
  /** Ask only for what has no default (`--yes`). */
  readonly takeDefaults: boolean;
  /** Faults that were found before, to be told with the others. */
  readonly faults: readonly Fault[];
  /** The command whose help explains the flags. */
  readonly command: string;
}

/** The spec as it was put together, and what a person should know about how. */
export interface Gathered {
  readonly spec: InstallSpec;
  readonly notes: readonly string[];
}

const TAGS: readonly FieldKey[] = ['algaCoreTag', 'workflowWorkerTag', 'emailServiceTag', 'temporalWorkerTag'];
const FILES: readonly FieldKey[] = ['fluxManifests', 'kubeconfig', 'talosconfig'];

/**
 * Puts the spec of an install together: flag, environment, site file, prompt, default, in this order. Throws one usage error
 * that names every input that is missing or wrong.
 */
export async function gatherSpec(input: GatherInput): Promise<Gathered> {
  const { site } = input;
  const said = givenValues(input.options, input.environment);
  const recorded = site.record?.spec ?? null;
  const choice = chooseRelease(said, recorded, input.catalogue);
  const checkout = await input.checkout();
  const known: Known = { siteId: site.siteId, release: choice.release, branch: choice.branch, checkout };
  const faults = [...input.faults, ...choice.faults];

  const values: Values = new Map([...(recorded ? stillValid(recorded, said) : []), ...said]);
  const notes = droppedTags(recorded, choice.release?.releaseVersion, values);
  if (choice.channel === null) values.delete('channel');
  else values.set('channel', { text: choice.channel, source: 'default' });
  const followsCheckout = values.get('repoBranch')?.text === 'current';
  if (followsCheckout) faults.push(...followCheckout(values, checkout));
  await resolveFiles(values, input.cwd, faults);
  if (site.simulated) takeSamples(values);

  const surroundings: Surroundings = {
    siteId: site.siteId,
    mode: input.mode,
    wipeConfirmed: false,
    release: choice.release,
    checkout: followsCheckout ? checkout : null,
  };
  // A site that was ordered before is not interviewed again.
  const takeDefaults = input.takeDefaults || recorded !== null;
  if (input.prompter) await ask(input.prompter, values, known, surroundings, takeDefaults);
  for (const field of FIELDS) takeDefault(field.key, values, known);

  const candidate = candidateSpec(values, surroundings);
  if (!candidate.spec || faults.length > 0) throw faultsError([...faults, ...candidate.faults], input.command);
  return { spec: candidate.spec, notes };
}

/** A recorded value that was only ever a default follows what it came from, as when the node gets another address. */
function stillValid(recorded: InstallSpec, said: Values): Values {
  const values = recordedValues(recorded);
  values.delete('releaseVersion');
  const then: Known = { siteId: recorded.siteId, release: recorded.release, branch: null, checkout: null };
  const derived: readonly FieldKey[] = ['appUrl', 'profile', 'repoPath'];
  for (const key of derived) {
    if (values.get(key)?.text === defaultOf(key, recordedValues(recorded), then)) values.delete(key);
  }
  if (said.has('releaseVersion') || said.has('channel')) values.delete('repoBranch');
  if (said.get('networkMode')?.text === 'dhcp') for (const key of STATIC) values.delete(key);
  return values;
}

const STATIC: readonly FieldKey[] = ['staticAddress', 'staticGateway'];

/** Tags that were meant for another release must not follow the site to this one unseen. */
function droppedTags(recorded: InstallSpec | null, version: string | undefined, values: Values): string[] {
  if (!recorded || version === undefined || recorded.release.releaseVersion === version) return [];
  const dropped = TAGS.filter((key) => values.get(key)?.source === 'site');
  for (const key of dropped) values.delete(key);
  return dropped.map(
    (key) => `--${fieldOf(key).flag} of release ${recorded.release.releaseVersion} is not kept for release ${version}.`,
  );
}

function followCheckout(values: Values, checkout: Checkout | null): Fault[] {
  const flag = '--repo-branch';
  if (!checkout) return [{ flag, text: '"current": this folder is no Git checkout' }];
  if (checkout.branch === null) return [{ flag, text: '"current": no branch is checked out here (detached HEAD)' }];
  values.set('repoBranch', { text: checkout.branch, source: 'flag' });
  return [];
}

async function resolveFiles(values: Values, cwd: string, faults: Fault[]): Promise<void> {
  for (const key of FILES) {
    const given = values.get(key);
    if (!given) continue;
    const path = resolve(cwd, given.text);
    values.set(key, { ...given, text: path });
    await access(path, constants.R_OK).catch((error: unknown) => {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      faults.push({ flag: `--${fieldOf(key).flag}`, text: `${path} cannot be read (${reason})` });
    });
  }
}

function takeSamples(values: Values): void {
  for (const { key, simulated } of FIELDS) {
    if (simulated !== undefined && !values.has(key)) values.set(key, { text: simulated, source: 'default' });
  }
}

function takeDefault(key: FieldKey, values: Values, known: Known): void {
  const text = values.has(key) ? undefined : defaultOf(key, values, known);
  if (text !== undefined) values.set(key, { text, source: 'default' });
}

async function ask(
  prompter: Prompter,
  values: Values,
  known: Known,
  surroundings: Surroundings,
  takeDefaults: boolean,
): Promise<void> {
  for (const field of FIELDS) {
    if (field.prompt === undefined || values.has(field.key)) continue;
    if (STATIC.includes(field.key) && values.get('networkMode')?.text !== 'static') continue;
    const preset = defaultOf(field.key, values, known);
    if (takeDefaults && (preset !== undefined || field.kind === 'list')) takeDefault(field.key, values, known);
    else await askFor(field, preset, prompter, values, surroundings);
  }
}

async function askFor(
  field: Field,
  preset: string | undefined,
  prompter: Prompter,
  values: Values,
  surroundings: Surroundings,
): Promise<void> {
  const message = field.prompt ?? field.help;
  const text = field.choices
    ? await prompter.choose(
        message,
        field.choices.map((value) => ({ value, label: value })),
        preset ?? field.choices[0] ?? '',
      )
    : await prompter.text({
        message,
        ...(preset !== undefined && { initial: preset }),
        check: (value) => {
          if (value.trim() === '') return field.kind === 'list' ? undefined : 'a value is needed';
          return faultIn(field.key, value.trim(), values, surroundings);
        },
      });
  if (text.trim() !== '') values.set(field.key, { text: text.trim(), source: 'prompt' });
}
