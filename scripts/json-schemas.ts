import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { installProgress } from '../model/progress.ts';
import { snapshot } from '../model/snapshot.ts';
import { statusDocument } from '../model/status.ts';

const FOLDER = resolve(import.meta.dirname, '../schemas');

/** The JSON schemas of the documents that other programs read and write, by file name; made from the zod schemas of the model. */
export function documentSchemas(): Map<string, string> {
  const text = (title: string, schema: z.ZodType, io: 'input' | 'output') =>
    `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io }) }, null, 2)}\n`;
  return new Map([
    ['status.schema.json', text('Status document of an Alga PSA appliance', statusDocument, 'output')],
    ['progress.schema.json', text('Progress of an install of an Alga PSA appliance', installProgress, 'output')],
    ['snapshot.schema.json', text('Snapshot of an Alga PSA appliance, as a diagnosis reads it', snapshot, 'input')],
  ]);
}

/** `node scripts/json-schemas.ts` writes them. */
if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, content] of documentSchemas()) writeFileSync(join(FOLDER, name), content);
}
