import { INPUTS } from '../../model/inputs.ts';
import type { Input, Known } from '../../model/inputs.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { Options } from '../terminal/options.ts';
import type { Prompter } from '../terminal/prompts.ts';
import type { Site } from '../site/site.ts';
import { candidateSpec, faultIn } from './candidate.ts';
import type { Surroundings } from './candidate.ts';
import type { Checkout } from './checkout.ts';
import { chooseRelease } from './choose-release.ts';
import { faultsError } from './faults.ts';
import type { Fault } from './faults.ts';
import { originNotes } from './origin.ts';
import { hasCredentials, withoutCredentials } from './repository-url.ts';
import { resolveHere } from './resolve.ts';
import { unknownTagNotes } from './unknown-tags.ts';
import { givenValues, recordedValues, textsOf } from './values.ts';
import type { Values } from './values.ts';

export interface GatherInput {
  readonly site: Site;
  readonly mode: InstallSpec['mode'] | null;
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly catalogue: ReleaseCatalogue;
  /** Reads the Git checkout of the current folder; null if there is none. */
  readonly checkout: () => Promise<Checkout | null>;
  /** Null without a terminal to ask on. */
  readonly prompter: Prompter | null;
  /** Ask only for what has no default (`--yes`). */
  readonly takeDefaults: boolean;
  /** Faults that were found before, to be reported with the others. */
  readonly faults: readonly Fault[];
  /** The command whose help explains the flags. */
  readonly command: string;
}

/** The spec, and notes for a person about how it came together. */
export interface Gathered {
  readonly spec: InstallSpec;
  readonly notes: readonly string[];
}

/**
 * Assembles the spec of an install: flag, environment, site file, prompt, default, in this order. Throws one usage error that names
 * every input that is missing or wrong.
 */
export async function gatherSpec(input: GatherInput): Promise<Gathered> {
  const { site } = input;
  const said = givenValues(INPUTS, input.options, input.environment);
  const recorded = site.record?.spec ?? null;
  const choice = chooseRelease(said, recorded, input.catalogue);
  const checkout = await input.checkout();
  const { release, branch } = choice;
  const origin = checkout?.originUrl ?? null;
  const originUrl = origin === null ? null : withoutCredentials(origin);
  const known: Known = { siteId: site.siteId, release, branch, originUrl };
  const faults = [...input.faults, ...choice.faults];

  const values: Values = new Map([...(recorded ? stillValid(recorded, said) : []), ...said]);
  const notes = droppedTags(recorded, release?.releaseVersion, values);
  if (choice.channel === null) values.delete('channel');
  else values.set('channel', { text: choice.channel, source: 'default' });
  const here = await resolveHere(values, input.cwd, async () => checkout);
  faults.push(...here.faults);
  if (site.simulated) takeSamples(values);

  const surroundings: Surroundings = {
    siteId: site.siteId,
    mode: input.mode,
    wipeConfirmed: false,
    release,
    checkout: here.followed,
  };
  // A site that was ordered before is not asked again.
  const takeDefaults = input.takeDefaults || recorded !== null;
  if (input.prompter) await ask(input.prompter, values, known, surroundings, takeDefaults);
  for (const one of INPUTS) takeDefault(one, values, known);

  const candidate = candidateSpec(values, surroundings);
  if (!candidate.spec || faults.length > 0) throw faultsError([...faults, ...candidate.faults], input.command);
  return {
    spec: candidate.spec,
    notes: [
      ...notes,
      ...credentialNotes(values, origin),
      ...originNotes(candidate.spec.release),
      ...unknownTagNotes(candidate.spec),
    ],
  };
}

/** What happens to credentials in a URL that was not typed for this order. */
function credentialNotes(values: Values, origin: string | null): string[] {
  const url = values.get('repo.url');
  if (url?.source === 'site' && hasCredentials(url.text))
    return [
      'The recorded URL of the Git repository contains credentials, which are visible in the cluster: revoke them, and give a repository that the node can read without credentials (--repo-url).',
    ];
  const isOffered = url?.source === 'default' || url?.source === 'prompt';
  return isOffered && origin !== null && hasCredentials(origin) && url.text === withoutCredentials(origin)
    ? [
        `The credentials in the URL of the remote "origin" were removed: the node must be able to read ${url.text} without them.`,
      ]
    : [];
}

/** A recorded value that was only ever a default follows what it came from, as when the node gets another address. */
function stillValid(recorded: InstallSpec, said: Values): Values {
  const values = recordedValues(recorded);
  const then: Known = { siteId: recorded.siteId, release: recorded.release, branch: null, originUrl: null };
  const text = textsOf(values);
  for (const { key, default: preset } of INPUTS) {
    if (preset && preset.from.length > 0 && text(key) === preset.of(text, then)) values.delete(key);
  }
  values.delete('release');
  if (said.has('release') || said.has('channel')) values.delete('repo.branch');
  return values;
}

/** Tags that were set for another release must not silently apply to this one. */
function droppedTags(recorded: InstallSpec | null, version: string | undefined, values: Values): string[] {
  if (!recorded || version === undefined || recorded.release.releaseVersion === version) return [];
  const dropped = INPUTS.filter(({ key, ofRelease }) => ofRelease && values.get(key)?.source === 'site');
  for (const { key } of dropped) values.delete(key);
  return dropped.map(
    ({ flag }) => `--${flag} of release ${recorded.release.releaseVersion} is not kept for release ${version}.`,
  );
}

function takeSamples(values: Values): void {
  for (const { key, simulated } of INPUTS) {
    if (simulated !== undefined && !values.has(key)) values.set(key, { text: simulated, source: 'default' });
  }
}

function takeDefault(input: Input, values: Values, known: Known): void {
  const text = values.has(input.key) ? undefined : input.default?.of(textsOf(values), known);
  if (text !== undefined) values.set(input.key, { text, source: 'default' });
}

async function ask(
  prompter: Prompter,
  values: Values,
  known: Known,
  surroundings: Surroundings,
  takeDefaults: boolean,
): Promise<void> {
  for (const input of INPUTS) {
    const text = textsOf(values);
    if (input.prompt === undefined || values.has(input.key)) continue;
    if (input.when && !input.when(text)) continue;
    const preset = input.default?.of(text, known);
    if (takeDefaults && (preset !== undefined || input.kind === 'list')) takeDefault(input, values, known);
    else await askFor(input, preset, prompter, values, surroundings);
  }
}

async function askFor(
  input: Input,
  preset: string | undefined,
  prompter: Prompter,
  values: Values,
  surroundings: Surroundings,
): Promise<void> {
  const message = input.prompt ?? input.help;
  const text = input.choices
    ? await prompter.choose(
        message,
        input.choices.map((value) => ({ value, label: value })),
        preset ?? input.choices[0] ?? '',
      )
    : await prompter.text({
        message,
        ...(preset !== undefined && { initial: preset }),
        check: (value) => {
          if (value.trim() === '') return input.kind === 'list' ? undefined : 'a value is required';
          return faultIn(input.key, value.trim(), values, surroundings);
        },
      });
  if (text.trim() !== '') values.set(input.key, { text: text.trim(), source: 'prompt' });
}
