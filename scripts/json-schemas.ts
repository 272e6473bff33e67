import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BUNDLE_INDEX } from '../model/bundle.ts';
import { snapshot } from '../model/snapshot.ts';
import { OUTPUTS } from '../model/outputs.ts';
import { openApi } from './openapi.ts';

const TITLES: Readonly<Record<string, string>> = {
  status: 'Status document of an Alga PSA appliance',
  progress: 'Progress of an install of an Alga PSA appliance',
};

const FOLDER = resolve(import.meta.dirname, '../schemas');

/** The schemas of the documents and of the HTTP API that other programs read and write, by file name; made from the zod schemas of the model. */
export function documentSchemas(): Map<string, string> {
  const text = (title: string, schema: z.ZodType, io: 'input' | 'output') =>
    `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io }) }, null, 2)}\n`;
  const outputs = Object.entries(OUTPUTS).map(([name, schema]): [string, string] => [
    `${name}.schema.json`,
    text(TITLES[name] ?? `${name}, as the client gives it with -o json`, schema, 'output'),
  ]);
  return new Map([
    ...outputs,
    ['openapi.json', openApi()],
    [
      'bundle-index.schema.json',
      text('index.json of a support bundle of an Alga PSA appliance', BUNDLE_INDEX.schema, 'input'),
    ],
    ['snapshot.schema.json', text('Snapshot of an Alga PSA appliance, as a diagnosis reads it', snapshot, 'input')],
  ]);
}

/** `node scripts/json-schemas.ts` writes them. */
if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, content] of documentSchemas()) writeFileSync(join(FOLDER, name), content);
}
