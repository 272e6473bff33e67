import { randomUUID } from 'node:crypto';
import { lstat, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeWhole } from '../../system/write-file.ts';
import { z } from 'zod';
import { sha256, writeBundle } from '../../bundle/index.ts';
import type { BundleHead, Missing } from '../../bundle/index.ts';
import { packageRoot } from '../inputs/releases.ts';
import { collectBundle } from '../support/collect.ts';
import { siteOfBundle } from '../support/site-of.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { bytes, count, hang } from '../terminal/text.ts';
import { symbol } from '../terminal/style.ts';
import { defineCommand } from './define.ts';

/** `support-bundle`: one archive with what support needs. It is written also where most of the site does not answer. */
export const command = defineCommand({
  flags: [
    {
      flags: '--output-file <file>',
      help: 'archive to write (default: support-bundle-<site>-<time>.tar.gz in this folder)',
    },
  ],
  examples: ['support-bundle', 'support-bundle --site berlin --output-file berlin.tar.gz'],
  run: async (context, { outputFile }) => {
    const { site, fault } = await siteOfBundle(context);
    const now = context.services.clock.now();
    const path = await targetOf(context, outputFile ?? nameFor(site.siteId, now));
    context.say('Collecting what support needs: this takes up to 90 seconds.');
    const client = await thisClient();
    const { files, missing } = await collectBundle(context, site, client);
    const head: BundleHead = {
      createdAt: now.toISOString(),
      site: { siteId: site.siteId, nodeIp: site.record?.nodeIp ?? null, appUrl: site.record?.appUrl ?? null },
      client,
    };
    const lost: Missing[] = [
      ...(fault === null ? [] : [{ part: 'site', what: 'record of the site', why: fault }]),
      ...missing,
    ];
    const { index, archive } = await writeBundle(head, files, lost);
    await writeNew(path, archive);
    const document = {
      file: path,
      bytes: archive.length,
      sha256: sha256(archive),
      files: index.files.length,
      missing: index.missing,
    };
    await context.give(document, () => [
      `${path} (${bytes(archive.length)}, ${count(index.files.length, 'file')}, SHA-256 ${document.sha256})`,
    ]);
    if (index.missing.length > 0)
      context.say(
        'Missing:',
        ...index.missing.flatMap(({ what, why }) =>
          hang(context.errorStyle, `  ${symbol(context.errorStyle, 'bullet')} `, `${what}: ${why}`),
        ),
      );
    context.say(
      'Secrets are left out. Read it before you send it on: `tar -xzf` unpacks it, index.json says what each file is.',
    );
    return EXIT.done;
  },
});

function nameFor(siteId: string, now: Date): string {
  return `support-bundle-${siteId}-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`;
}

/** Where the archive goes: a new file in a folder that is there. Throws a usage error before anything is collected. */
async function targetOf({ io }: CommandContext, file: string): Promise<string> {
  const path = resolve(io.cwd, file);
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory()) throw usageError(`${path} cannot be written: ${dirname(path)} is no folder`);
  if ((await lstat(path).catch(() => null)) !== null) throw usageError(alreadyExists(path));
  // A folder may exist and take no file, as /proc.
  const probe = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await (await open(probe, 'wx', 0o600)).close();
    await rm(probe);
  } catch (error) {
    throw notWritten(path, error);
  }
  return path;
}

const alreadyExists = (path: string): string =>
  `${path} already exists, and is not replaced: name another file with --output-file, or remove it`;

/** Never replaces a file, also not one that another bundle has created since `targetOf`. */
async function writeNew(path: string, archive: Uint8Array): Promise<void> {
  try {
    await writeWhole(path, archive, { mode: 0o600, isNew: true });
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'EEXIST') return usageError(alreadyExists(path), { cause: error });
  // A full disk has words of its own, for all commands.
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return error;
  return usageError(`${path} cannot be written (${code}): name a file in another folder with --output-file`, {
    cause: error,
  });
}

const packageFile = z.object({ version: z.string() });

async function thisClient(): Promise<BundleHead['client']> {
  const { version } = packageFile.parse(JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')));
  return { version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
}
