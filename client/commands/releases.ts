import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { capabilitiesOf } from '../../model/capabilities.ts';
import { imageReference } from '../../model/release.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import { ReleaseError, describeFault, readReleases, selectRelease } from '../../model/releases.ts';
import type { ReleaseCatalogue, ReleaseFault } from '../../model/releases.ts';
import { supportWarnings } from '../../model/support-matrix.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { loadReleases, releaseFiles, releasesFolder } from '../inputs/releases.ts';
import { table } from '../terminal/table.ts';
import { defineCommand } from './define.ts';

/** `releases list | show VERSION | validate [FILE]`. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: list)', choices: ['list', 'show', 'validate'] },
    release: { help: 'version to show, or file to validate' },
  },
  flags: [],
  examples: ['releases list', 'releases show 1.0.0'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const [action = 'list', name] = context.args;
  if (action === 'show') return show(context, name);
  if (action === 'validate') return validate(context, name);
  return list(context);
}

async function list(context: CommandContext): Promise<number> {
  const folder = releasesFolder(context.io.env);
  const { releases, channels, faults } = await loadReleases(folder);
  const document = releases.map((release) => ({
    releaseVersion: release.releaseVersion,
    appVersion: release.app.version,
    talos: release.talos.version,
    kubernetes: release.kubernetes.version,
    generatedAt: release.generatedAt,
    channels: channels.filter((one) => one.releaseVersion === release.releaseVersion).map((one) => one.channel),
  }));
  await context.give(document, () =>
    document.length === 0
      ? [`No release is known in ${folder}.`]
      : table(
          context.style,
          ['RELEASE', 'CHANNELS', 'APPLICATION', 'TALOS', 'KUBERNETES', 'GENERATED'],
          document.map((one) => [
            { text: one.releaseVersion },
            { text: one.channels.join(', ') },
            { text: one.appVersion },
            { text: one.talos },
            { text: one.kubernetes },
            { text: one.generatedAt },
          ]),
        ),
  );
  context.insist(...faults.map((fault) => `not usable: ${describeFault(fault)}`));
  return EXIT.done;
}

async function show(context: CommandContext, version: string | undefined): Promise<number> {
  if (version === undefined) throw usageError('releases show: the version is missing. `releases list` shows them.');
  const catalogue = await loadReleases(releasesFolder(context.io.env));
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
    `Installer ${release.os.installer.image}${release.os.installer.digest ? `@${release.os.installer.digest}` : ''}`,
    'Images:',
    ...images.map(([name, image]) => `  ${name.padEnd(20)} ${imageReference(image)}`),
    "What the vendor's images can do:",
    ...VENDOR_IMAGES.map((name) => {
      const able = Object.entries(capabilitiesOf(release, name)).map(([key, value]) => `${key}=${String(value)}`);
      return `  ${name.padEnd(20)} ${able.join(', ')}`;
    }),
  ];
}

async function validate(context: CommandContext, file: string | undefined): Promise<number> {
  const folder = releasesFolder(context.io.env);
  const where = file === undefined ? folder : resolve(context.io.cwd, file);
  const { names, faults, sound } =
    file === undefined ? readAll(await loadReleases(folder)) : await readOne(where, folder);
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
  return releases.flatMap((release) =>
    supportWarnings(release, services.clock.now()).map((warning) => `${release.releaseVersion}: ${warning}.`),
  );
}

/** What a validation tells: names of what is sound, and every fault. */
interface Told {
  readonly names: readonly string[];
  readonly faults: readonly ReleaseFault[];
  readonly sound: readonly ReleaseManifest[];
}

/** A folder without any release is no sound one: a client cannot install from it. */
function readAll({ releases, faults }: ReleaseCatalogue): Told {
  const none = { file: '', field: '', message: 'no <version>/release.json is in it' };
  const names = releases.map(({ releaseVersion }) => releaseVersion);
  return { names, faults: names.length + faults.length === 0 ? [none] : faults, sound: releases };
}

/**
 * A single file, wherever it lies: a manifest is read as if it stood in the folder that its version names, a channel's file as if
 * it stood beside the releases that are known.
 */
async function readOne(path: string, folder: string): Promise<Told> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`${path} cannot be read: ${unreadable(error)}`);
  });
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
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder; name a file in it, such as its release.json';
  return error instanceof Error ? error.message : String(error);
}
