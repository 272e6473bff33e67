import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { documentSchemas } from '../../scripts/json-schemas.ts';
import { NOW } from './appliance.ts';
import { MULTI } from './multi.ts';
import { SEEDS } from './seeds.ts';
import { SILENT } from './silent.ts';

const folder = join(import.meta.dirname, '../../schemas');

async function validator(name: string) {
  const ajv = new Ajv2020({ allErrors: true, strict: false, formats: fullFormats });
  const validate = ajv.compile(JSON.parse(await readFile(join(folder, name), 'utf8')));
  return (document: unknown) => (validate(JSON.parse(JSON.stringify(document))) ? [] : (validate.errors ?? []));
}

describe('the published schemas', () => {
  it.each([...documentSchemas()])(
    '%s is the one that the model makes (node scripts/json-schemas.ts)',
    async (name, content) => {
      expect(await readFile(join(folder, name), 'utf8')).toBe(content);
    },
  );

  it('every status document is valid: of the seeds, of several faults, of ordinary life, of nothing', async () => {
    const errors = await validator('status.schema.json');
    const empty = {
      apiVersion: 'appliance.alga-psa/v1',
      kind: 'Snapshot',
      takenAt: new Date(NOW).toISOString(),
    } as const;
    for (const make of [
      ...Object.values(SEEDS),
      ...MULTI.map(([, each]) => each),
      ...Object.values(SILENT),
      () => empty,
    ]) {
      expect(errors(diagnose(make(), { now: new Date(NOW) }).status)).toEqual([]);
    }
  });

  it('every seed is a valid snapshot, and a document that is none is refused', async () => {
    const errors = await validator('snapshot.schema.json');
    for (const make of Object.values(SEEDS)) expect(errors(make())).toEqual([]);
    expect(errors({ kind: 'Snapshot' })).not.toEqual([]);
  });
});
