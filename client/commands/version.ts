import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { packageRoot } from '../inputs/releases.ts';
import { defineCommand } from './define.ts';

/** `version`: of this client and of the Node that runs it. */
export const command = defineCommand({
  flags: [],
  examples: ['version'],
  run,
});

const packageFile = z.object({ version: z.string() });

async function run(context: CommandContext): Promise<number> {
  const { version } = packageFile.parse(JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')));
  const document = { version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
  await context.give(document, () => [`appliance-client ${version} (Node ${document.node}, ${document.platform})`]);
  return EXIT.done;
}
