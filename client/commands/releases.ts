import { rmdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { capabilitiesOf } from '../../model/capabilities.ts';
import { firstTenantFault } from '../../model/first-tenant.ts';
import { RELEASE_VERSION, imageReference } from '../../model/release.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import { ReleaseError, describeFault, readReleases, selectRelease } from '../../model/releases.ts';
import type { ReleaseCatalogue, ReleaseFault } from '../../model/releases.ts';
import { supportWarnings } from '../../model/support-matrix.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import { originNotes, originText } from '../inputs/origin.ts';
import {
  importedFile,
  importedFolder,
  knownReleases,
  loadReleases,
  releaseFiles,
  releasesFolder,
} from '../inputs/releases.ts';
import { clean } from '../terminal/text.ts';
import { table } from '../terminal/table.ts';
import { defineCommand } from './define.ts';
import type { FlagValues } from '../terminal/flags.ts';
import { importRelease } from './releases-import.ts';

const FLAGS = [
  {
    flags: '--base <release>',
    help: 'import: Talos, Kubernetes, Flux and charts of this release (default: the newest of this client)',
  },
  { flags: '--like <release>', help: 'import: treat images unknown to this client like those of this release' },
  { flags: '--replace', help: 'import: replace an imported release of the same version' },
  { flags: '--plain-http', help: 'import: use plain HTTP for this registry' },
] as const;

/** `releases list | show VERSION | validate [FILE] | import SOURCE | remove VERSION`. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: list)', choices: ['list', 'show', 'validate', 'import', 'remove'] },
    release: {
      help: "version to show or remove; file to validate; file or OCI reference of the vendor's manifest to import",
    },
  },
  flags: FLAGS,
  examples: [
    'releases list',
    'releases show 1.0',
    'releases import ghcr.io/nine-minds/alga-appliance-release:stable --like 1.0',
  ],
  run,
});

async function run(context: CommandContext, flags: FlagValues<typeof FLAGS>): Promise<number> {
  const [action = 'list', name] = context.args;
  const { base, like, replace = false, plainHttp = false } = flags;
  if (action === 'import') return importRelease(context, { source: name, base, like, replace, plainHttp });
  if (base !== undefined || like !== undefined || replace || plainHttp)
    throw usageError(`releases ${action}: --base, --like, --replace and --plain-http belong to \`releases import\`.`);
  if (action === 'show') return show(context, name);
  if (action === 'validate') return validate(context, name);
  return action === 'remove' ? remove(context, name) : list(context);
}

async function list(context: CommandContext): Promise<number> {
  const folder = releasesFolder(context.io.env);
  const { releases, channels, faults } = await knownReleases(context.io.env, context.home);
  const document = releases.map((release) => ({
    releaseVersion: release.releaseVersion,
    appVersion: release.app.version,
    talos: release.talos.version,
    kubernetes: release.kubernetes.version,
    generatedAt: release.generatedAt,
    channels: channels.filter((one) => one.releaseVersion === release.releaseVersion).map((one) => one.channel),
    origin: release.origin ?? null,
  }));
  await context.give(document, () =>
    document.length === 0
      ? [`No releases in ${folder}.`]
      : table(
          context.style,
          ['RELEASE', 'CHANNELS', 'APPLICATION', 'TALOS', 'KUBERNETES', 'GENERATED', 'ORIGIN'],
          document.map((one) => [
            { text: one.releaseVersion },
            { text: one.channels.join(', ') },
            { text: one.appVersion },
            { text: one.talos },
            { text: one.kubernetes },
            { text: one.generatedAt },
            { text: one.origin ? clean(originText(one.origin)) : 'bundled' },
          ]),
        ),
  );
  context.insist(...faults.map((fault) => `invalid: ${describeFault(fault)}`));
  return EXIT.done;
}

async function show(context: CommandContext, version: string | undefined): Promise<number> {
  if (version === undefined) throw usageError('releases show: the version is missing. `releases list` lists them.');
  const catalogue = await knownReleases(context.io.env, context.home);
  try {
    const { release } = selectRelease(catalogue, { version });
    await context.give(release, () => releaseLines(release));
    context.insist(...warningsOf(context, [release]).map((warning) => `warning: ${warning}`));
    return EXIT.done;
  } catch (error) {
    throw error instanceof ReleaseError ? usageError(error.message, { cause: error }) : error;
  }
}

function releaseLines(release: ReleaseManifest): string[] {
  const images = [...Object.entries(release.app.images), ...Object.entries(release.dependencies)];
  return [
    `Release ${release.releaseVersion}, application ${release.app.version}, branch ${release.app.releaseBranch}`,
    `Talos ${release.talos.version}, Kubernetes ${release.kubernetes.version}, Flux ${release.flux.version}`,
    ...originNotes(release).map(clean),
    `Installer ${release.os.installer.image}${release.os.installer.digest ? `@${release.os.installer.digest}` : ''}`,
    'Images:',
    ...images.map(([name, image]) => `  ${name.padEnd(20)} ${imageReference(image)}`),
    "Capabilities of the vendor's images:",
    ...VENDOR_IMAGES.map((name) => {
      const able = Object.entries(capabilitiesOf(release, name)).map(([key, value]) => `${key}=${String(value)}`);
      return `  ${name.padEnd(20)} ${able.join(', ')}`;
    }),
  ];
}

/** Sites are not affected: a site's record holds its whole release. */
async function remove(context: CommandContext, version: string | undefined): Promise<number> {
  if (version === undefined) throw usageError('releases remove: the version is missing. `releases list` lists them.');
  const folder = importedFolder(context.home);
  const isVersion = RELEASE_VERSION.test(version);
  if (!isVersion || !(await folder.exists(importedFile(version)))) {
    const { releases } = await loadReleases(releasesFolder(context.io.env));
    const isOwn = releases.some((release) => release.releaseVersion === version);
    throw usageError(
      isOwn
        ? `releases remove: ${version} is bundled with this client. Only an imported release can be removed.`
        : `releases remove: no imported release "${clean(version)}". \`releases list\` lists them.`,
    );
  }
  await folder.remove(importedFile(version));
  await rmdir(folder.path(version)).catch(ifNotEmpty);
  const file = folder.path(importedFile(version));
  await context.give({ removed: version, file }, () => [
    `Removed the imported release ${version} (${file}). Sites installed from it keep it in their records.`,
  ]);
  return EXIT.done;
}

/** Somebody else's file keeps the folder. */
function ifNotEmpty(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
}

async function validate(context: CommandContext, file: string | undefined): Promise<number> {
  const folder = releasesFolder(context.io.env);
  const where = file === undefined ? folder : resolve(context.io.cwd, file);
  const { names, faults, sound } =
    file === undefined
      ? readAll(await knownReleases(context.io.env, context.home))
      : await readOne(where, folder, context.io.signal);
  const warnings = warningsOf(context, sound);
  await context.give({ where, valid: faults.length === 0, releases: names, faults, warnings }, () => [
    ...(faults.length === 0
      ? [`${where} is valid: ${names.join(', ')}.`]
      : [`${where} is not valid:`, ...faults.map((fault) => `  ${describeFault(fault)}`)]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]);
  return faults.length === 0 ? EXIT.done : EXIT.usage;
}

function warningsOf({ services }: CommandContext, releases: readonly ReleaseManifest[]): string[] {
  return releases.flatMap((release) => {
    const unable = firstTenantFault({ release, imageTags: {} });
    return [...(unable === null ? [] : [unable]), ...supportWarnings(release, services.clock.now())].map(
      (warning) => `${release.releaseVersion}: ${warning}.`,
    );
  });
}

/** Result of a validation: names of what is valid, and every fault. */
interface Told {
  readonly names: readonly string[];
  readonly faults: readonly ReleaseFault[];
  readonly sound: readonly ReleaseManifest[];
}

/** A folder without any release is invalid: a client cannot install from it. */
function readAll({ releases, faults }: ReleaseCatalogue): Told {
  const none = { file: '', field: '', message: 'it has no <version>/release.json' };
  const names = releases.map(({ releaseVersion }) => releaseVersion);
  return { names, faults: names.length + faults.length === 0 ? [none] : faults, sound: releases };
}

/** More than any manifest has. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * A single file, wherever it lies: a manifest is read as if it stood in the folder that its version names, a channel's file as if
 * it stood beside the releases that are known.
 */
async function readOne(path: string, folder: string, signal: AbortSignal): Promise<Told> {
  const bytes = await readGiven(path, { most: MOST_BYTES, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof FileRefused && !error.message.startsWith('is a folder'))
      throw usageError(`${path} ${error.message}: name a release.json, or the file of a channel`, { cause: error });
    throw usageError(`${path} cannot be read: ${unreadable(error)}`);
  });
  if (bytes.length >= MOST_BYTES) throw usageError(`${path} has ${MOST_BYTES} bytes or more: no manifest has`);
  const text = bytes.toString('utf8');
  const isChannel = /"channel"\s*:/.test(text);
  const version = /"releaseVersion"\s*:\s*"([^"/]+)"/.exec(text)?.[1] ?? 'unknown';
  const name = isChannel ? `channels/${basename(path)}` : `${version}/release.json`;
  const others = isChannel ? await releaseFiles(folder) : new Map<string, string>();
  const { releases, channels, faults } = readReleases(new Map([...others, [name, text]]));
  return {
    names: isChannel
      ? channels.map(({ channel, releaseVersion }) => `${channel} is ${releaseVersion}`)
      : releases.map(({ releaseVersion }) => releaseVersion),
    faults: faults.filter((fault) => fault.file === name).map((fault) => ({ ...fault, file: basename(path) })),
    sound: isChannel ? [] : releases,
  };
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file; name a release.json, or the file of a channel';
  if (code === 'EISDIR' || error instanceof FileRefused)
    return 'it is a folder; name a file in it, such as its release.json';
  return error instanceof Error ? error.message : String(error);
}
