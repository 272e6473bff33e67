import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { releaseChannel, releaseManifest } from '../model/release.ts';

const FOLDER = resolve(import.meta.dirname, '../releases');

/** The JSON schemas of the release files, for editors and other programs, by file name. */
export function releaseSchemas(): Map<string, string> {
  const text = (schema: z.ZodType) => `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
  return new Map([
    ['release.schema.json', text(releaseManifest)],
    ['channel.schema.json', text(releaseChannel)],
  ]);
}

/** `node scripts/release-schema.ts` writes them. */
if (import.meta.main) {
  for (const [name, content] of releaseSchemas()) writeFileSync(join(FOLDER, name), content);
}
