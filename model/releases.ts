import { z } from 'zod';
import { HELM_RELEASES } from './appliance.ts';
import { compareReleaseVersions } from './release-order.ts';
import { releaseChannel, releaseManifest } from './release.ts';
import type { ReleaseChannel, ReleaseManifest } from './release.ts';
import { imageFaults, supportFaults } from './support-matrix.ts';

/** What is wrong with one field of one file. `field` is empty when it is about the whole file. */
export interface ReleaseFault {
  readonly file: string;
  readonly field: string;
  readonly message: string;
}

/** Valid files of a `releases/` folder, and what is wrong with the others. */
export interface ReleaseCatalogue {
  /** Newest first. */
  readonly releases: readonly ReleaseManifest[];
  readonly channels: readonly ReleaseChannel[];
  readonly faults: readonly ReleaseFault[];
}

/** A requested release or channel that is unknown or invalid; the message names file and field. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly faults: readonly ReleaseFault[];
  constructor(faults: readonly ReleaseFault[]) {
    super(faults.map(describeFault).join('\n'));
    this.faults = faults;
  }
}

/** `file: field: message`. */
export function describeFault({ file, field, message }: ReleaseFault): string {
  return [file, field, message].filter((part) => part !== '').join(': ');
}

/** Files by path, and the folder under which faults name them. */
export interface ImportedFiles {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Reads a `releases/` folder.
 * @param files content by path relative to that folder, `<version>/release.json` and `channels/<name>.json`; what
 *   lies beside these folders (schemas, README) is ignored
 * @param imported releases that were imported on this machine; one never replaces a release of the folder
 * @returns everything that is valid, and every fault: nothing is thrown
 */
export function readReleases(files: ReadonlyMap<string, string>, imported?: ImportedFiles): ReleaseCatalogue {
  const faults: ReleaseFault[] = [];
  const releases: ReleaseManifest[] = imported ? readImported(imported, files, faults) : [];
  const channels: { readonly file: string; readonly channel: ReleaseChannel }[] = [];
  for (const [file, text] of files) {
    const version = /^([^/]+)\/release\.json$/.exec(file)?.[1];
    const name = /^channels\/([^/]+)\.json$/.exec(file)?.[1];
    if (version !== undefined) {
      const found = parse(file, text, releaseManifest);
      const wrong = 'faults' in found ? found.faults : crossCheck(file, version, found.value);
      faults.push(...wrong);
      if ('value' in found && wrong.length === 0) releases.push(found.value);
    } else if (name !== undefined) {
      const found = parse(file, text, releaseChannel);
      if ('faults' in found) faults.push(...found.faults);
      else if (found.value.channel !== name)
        faults.push({ file, field: 'channel', message: `is "${found.value.channel}", but the file is named ${name}` });
      else channels.push({ file, channel: found.value });
    } else if (file.includes('/')) {
      faults.push({
        file,
        field: '',
        message: 'is neither <version>/release.json nor channels/<name>.json: rename it',
      });
    }
  }
  const known = releases.map((release) => release.releaseVersion).toSorted(compareReleaseVersions);
  const sound = channels.filter(({ file, channel }) => {
    if (known.includes(channel.releaseVersion)) return true;
    const message = `names the unknown release ${channel.releaseVersion}. Available: ${known.join(', ') || 'none'}`;
    faults.push({ file, field: 'releaseVersion', message });
    return false;
  });
  return {
    releases: releases.toSorted((one, other) => compareReleaseVersions(other.releaseVersion, one.releaseVersion)),
    channels: sound.map(({ channel }) => channel),
    faults,
  };
}

function readImported(
  { folder, files }: ImportedFiles,
  own: ReadonlyMap<string, string>,
  faults: ReleaseFault[],
): ReleaseManifest[] {
  const { releases, faults: found } = readReleases(files);
  const under = (file: string): string => `${folder}/${file}`;
  faults.push(...found.map((fault) => ({ ...fault, file: under(fault.file) })));
  return releases.filter(({ releaseVersion: version, origin }) => {
    const file = `${version}/release.json`;
    if (origin && !own.has(file)) return true;
    const message = origin
      ? `is not used: release ${version} is bundled with this client. To remove this one: \`releases remove ${version}\``
      : 'is missing: only files written by `releases import` belong here';
    faults.push({ file: under(file), field: origin ? '' : 'origin', message });
    return false;
  });
}

/** What the schema cannot check: the folder's name, fields that repeat one another, and versions that do not work together. */
function crossCheck(file: string, folder: string, release: ReleaseManifest): ReleaseFault[] {
  const faults: ReleaseFault[] = [];
  if (release.releaseVersion !== folder) {
    faults.push({
      file,
      field: 'releaseVersion',
      message: `is ${release.releaseVersion}, but the folder is named ${folder}`,
    });
  }
  const { version, schematicId } = release.talos;
  if (!release.os.installer.image.endsWith(`/${schematicId}:${version}`)) {
    faults.push({
      file,
      field: 'os.installer.image',
      message: `is not the installer of Talos ${version} with the schematic of talos.schematicId: it must end in /${schematicId}:${version}`,
    });
  }
  for (const fault of [...supportFaults(release), ...imageFaults(release)]) faults.push({ file, ...fault });
  for (const chart of HELM_RELEASES) {
    if (!(chart in release.charts)) faults.push({ file, field: `charts.${chart}`, message: 'is missing' });
  }
  for (const chart of Object.keys(release.charts)) {
    if (!(HELM_RELEASES as readonly string[]).includes(chart))
      faults.push({ file, field: `charts.${chart}`, message: 'is unknown' });
  }
  return faults;
}

export type Parsed<Value> = { readonly value: Value } | { readonly faults: ReleaseFault[] };

/** The document in a text, or what is wrong with it, field by field. `file` is its name for people. */
export function parse<Schema extends z.ZodType>(file: string, text: string, schema: Schema): Parsed<z.infer<Schema>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return {
      faults: [{ file, field: '', message: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }],
    };
  }
  const result = schema.safeParse(document);
  if (result.success) return { value: result.data };
  return { faults: result.error.issues.flatMap((issue) => faultsOf(file, document, issue)) };
}

/** One fault for each field: zod names the object around an unknown key. */
function faultsOf(file: string, document: unknown, issue: z.core.$ZodIssue): ReleaseFault[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ file, field: [...issue.path, key].join('.'), message: 'is unknown' }));
  }
  const found = valueAt(document, issue.path);
  if (found === undefined) return [{ file, field, message: 'is missing' }];
  return [{ file, field, message: `${expectation(issue)}, found ${shown(found)}` }];
}

/** A message for people: zod's own ones are for programmers, unless the schema sets one. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return `expected ${issue.expected === 'object' ? 'an object' : `a ${issue.expected}`}`;
  if (issue.code === 'invalid_value') return `expected one of: ${issue.values.join(', ')}`;
  return issue.code === 'too_small' ? 'expected some text' : issue.message;
}

/** The value that was found instead, short enough for a line. */
function shown(value: unknown): string {
  const text = shownWhole(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A structure may be deeper than JSON.stringify can go. */
function shownWhole(value: unknown): string {
  return isShallow(value, 8) ? JSON.stringify(value) : 'a deeply nested structure';
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

/**
 * The ordered release, and the branch that Flux is to follow: by version, or by the present release of a channel.
 * @throws ReleaseError when the release or channel is unknown, or its file is invalid; a file's fault names file and field
 */
export function selectRelease(
  catalogue: ReleaseCatalogue,
  wanted: { readonly version: string } | { readonly channel: string },
): { readonly release: ReleaseManifest; readonly branch: string } {
  const channel = 'channel' in wanted ? selectChannel(catalogue, wanted.channel) : null;
  const version = channel?.releaseVersion ?? ('version' in wanted ? wanted.version : '');
  const release = catalogue.releases.find((candidate) => candidate.releaseVersion === version);
  if (release) return { release, branch: channel?.branch ?? release.app.releaseBranch };
  const known = catalogue.releases.map((candidate) => candidate.releaseVersion);
  const by = channel ? `channel ${channel.channel} names ` : '';
  throw missing(catalogue, `${version}/release.json`, `${by}unknown release ${version}`, known);
}

function selectChannel(catalogue: ReleaseCatalogue, name: string): ReleaseChannel {
  const found = catalogue.channels.find((candidate) => candidate.channel === name);
  if (found) return found;
  const known = catalogue.channels.map((candidate) => candidate.channel);
  throw missing(catalogue, `channels/${name}.json`, `unknown channel ${name}`, known);
}

/** An invalid file is reported by its own faults; a missing one by the available ones. */
function missing(catalogue: ReleaseCatalogue, file: string, message: string, known: readonly string[]): ReleaseError {
  const own = catalogue.faults.filter((fault) => fault.file === file || fault.file.endsWith(`/${file}`));
  const others = known.length > 0 ? 'Choose one of them; newer ones need a newer client' : 'Update appliance-client';
  const none = { file: '', field: '', message: `${message}. Available: ${known.join(', ') || 'none'}. ${others}` };
  return new ReleaseError(own.length > 0 ? own : [none]);
}
