import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { LIVE_VALIDATED } from '../../model/live-validation.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { symbol } from '../terminal/style.ts';
import { hang } from '../terminal/text.ts';
import { packageRoot } from '../inputs/releases.ts';
import { defineCommand } from './define.ts';

/** `version`: of this client and of the Node that runs it, and what of the product was validated live. */
export const command = defineCommand({
  flags: [],
  examples: ['version'],
  run,
});

const packageFile = z.object({ version: z.string() });

async function run(context: CommandContext): Promise<number> {
  const { version } = packageFile.parse(JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')));
  const document = {
    version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    liveValidated: LIVE_VALIDATED,
  };
  const { asOf, validated, notValidated } = LIVE_VALIDATED;
  const listed = (texts: readonly string[]) =>
    texts.flatMap((text) => hang(context.style, `  ${symbol(context.style, 'bullet')} `, text));
  await context.give(document, () => [
    `appliance-client ${version} (Node ${document.node}, ${document.platform})`,
    `Validated live, as of ${asOf}:`,
    ...listed(validated),
    'Not validated live:',
    ...listed(notValidated),
  ]);
  return EXIT.done;
}
