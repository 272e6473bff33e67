import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Build } from '../model/records.ts';
import { builtWorkflowBundle, codeFile, packageFile } from '../system/code-files.ts';
import { ownVersion } from '../temporal/identity.ts';

/** The rooms of a worker's code, in a checkout that is run from its sources. */
const ROOMS = [
  'activities',
  'diagnosis',
  'holder',
  'kubernetes',
  'model',
  'observation',
  'redaction',
  'registry',
  'simulation',
  'site-folder',
  'status',
  'system',
  'temporal',
  'text',
  'tools',
  'worker',
  'workflows',
];

/** The build that a worker started now would run: another digest is other code, in a checkout also with the same version. */
export async function presentBuild(): Promise<Build> {
  const hash = createHash('sha256');
  for (const file of await codeFiles()) hash.update(await readFile(file)).update('\0');
  return { version: ownVersion(), digest: hash.digest('hex') };
}

/** A built entry names its chunks, and chunks are named by their contents: so the entries cover everything. */
async function codeFiles(): Promise<string[]> {
  const bundle = builtWorkflowBundle();
  if (bundle !== null)
    return [codeFile('worker/main'), codeFile('worker/supervisor'), codeFile('temporal/failure-converter'), bundle];
  const root = dirname(packageFile());
  const files: string[] = [];
  for await (const name of glob(`{${ROOMS.join(',')}}/**/*.ts`, { cwd: root })) files.push(join(root, name));
  return files.toSorted();
}
