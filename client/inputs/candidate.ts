import { INPUTS, inputAt, inputOf, isSwitch, specValueOf } from '../../model/inputs.ts';
import type { Input, InputKey } from '../../model/inputs.ts';
import { SPEC_VERSION, installSpec } from '../../model/site.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import type { Checkout } from './checkout.ts';
import { edgeFaults } from './edge.ts';
import type { Fault } from './faults.ts';
import { faultOfValue, textsOf } from './values.ts';
import type { Values } from './values.ts';

/** What a spec consists of beside the values of its inputs. */
export interface Surroundings {
  readonly siteId: string;
  readonly mode: InstallSpec['mode'] | null;
  readonly wipeConfirmed: boolean;
  /** Null when the release could not be found: that fault is reported already. */
  readonly release: ReleaseManifest | null;
  readonly checkout: Checkout | null;
}

export type Candidate = { readonly spec: InstallSpec; readonly faults: [] } | { spec: null; readonly faults: Fault[] };

/** The spec, or the first fault of each flag. */
export function candidateSpec(values: Values, surroundings: Surroundings): Candidate {
  const parsed = installSpec.safeParse(draft(values, surroundings));
  const faults = [...switchFaults(values), ...edgeFaults(values)];
  if (parsed.success && faults.length === 0) return { spec: parsed.data, faults: [] };
  if (!parsed.success)
    faults.push(...parsed.error.issues.flatMap((issue) => faultOf(issue, values, surroundings.release !== null)));
  return { spec: null, faults: firstOfEachFlag(faults) };
}

/** What is wrong with this one value beside those that are known; undefined when nothing is. */
export function faultIn(key: InputKey, text: string, values: Values, surroundings: Surroundings): string | undefined {
  const tried: Values = new Map(values).set(key, { text, source: 'prompt' });
  const flag = `--${inputOf(key).flag}`;
  return candidateSpec(tried, surroundings).faults.find((fault) => fault.flag === flag)?.text;
}

function draft(values: Values, { siteId, mode, wipeConfirmed, release, checkout }: Surroundings): unknown {
  const text = textsOf(values);
  const spec: Draft = {};
  for (const input of INPUTS) {
    const isRecorded = values.get(input.key)?.source === 'site';
    if (!input.when || input.when(text))
      put(spec, input.path, specValueOf(isRecorded ? untidied(input) : input, text(input.key)));
  }
  return {
    ...spec,
    specVersion: SPEC_VERSION,
    siteId,
    mode,
    wipeConfirmed,
    release: release ?? undefined,
    checkout: checkout && {
      revision: checkout.revision,
      uncommittedFiles: checkout.uncommittedFiles,
      unpushedCommits: checkout.unpushedCommits,
    },
  };
}

/** A running install uses what is recorded: in another form it would be another order. */
function untidied({ tidy: _tidy, ...input }: Input): Input {
  return input;
}

/** A document while it is put together, groups one level deep. */
export type Draft = Record<string, unknown>;

/** Puts a value into a draft, at its path; one that is undefined leaves its group there, and no more. */
export function put(draftSoFar: Draft, [name = '', inner]: readonly string[], value: unknown): void {
  const isGroup = inner !== undefined;
  if (isGroup) draftSoFar[name] = Object.assign(draftSoFar[name] ?? {}, value === undefined ? {} : { [inner]: value });
  else if (value !== undefined) draftSoFar[name] = value;
}

function switchFaults(values: Values): Fault[] {
  return INPUTS.filter(({ kind }) => kind === 'switch').flatMap((input) => {
    const given = values.get(input.key);
    return given && !isSwitch(given.text) ? [faultOfValue(input, given, 'expected true or false')] : [];
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function faultOf(issue: Issue, values: Values, hasRelease: boolean): Fault[] {
  if (issue.path[0] === 'mode') return [{ flag: '--fresh | --recover', text: 'is missing: choose one' }];
  if (issue.path[0] === 'siteId') return [{ flag: '--site', text: issue.message }];
  const input = inputAt(issue.path);
  // A release that could not be found is reported where it was looked up.
  if (!input || input.key === 'release') return [];
  const given = values.get(input.key);
  const from = input.default?.from ?? [];
  if (given) {
    // What was only derived from another input is wrong when that one is, and that is reported.
    if (given.source === 'default' && from.some((key) => key !== 'release')) return [];
    return [faultOfValue(input, given, issue.message)];
  }
  const has = textsOf(values);
  // Nor is an absent default a fault of its own, if what it derives from is absent.
  if (from.some((key) => (key === 'release' ? !hasRelease : has(key) === undefined))) return [];
  const { flag, variable, help } = input;
  return [{ flag: `--${flag}`, text: `is missing${variable === null ? '' : ` (or set ${variable})`}: ${help}` }];
}

/** Only the first fault of each flag: the others often follow from it. */
export function firstOfEachFlag(faults: readonly Fault[]): Fault[] {
  return faults.filter((fault, index) => faults.findIndex((other) => other.flag === fault.flag) === index);
}
