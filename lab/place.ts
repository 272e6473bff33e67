import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Folder of all labs. Not below the project: what runs there belongs to root and is removed with the lab. */
export const LABS = '/var/lib/appliance-lab';

/** In the lab's folder: every question to its registry, and the answer's status. */
export const REGISTRY_LOG = 'registry-requests.log';

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** @throws RangeError for an invalid name */
export function folderOf(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`${name} is not a name for a lab: letters, digits and "-", at most 31`);
  return path.join(LABS, name);
}

/** The folder of all sites of an operator who uses a lab for a demonstration; it goes with the lab. */
export function operatorFolder(name: string): string {
  return path.join(folderOf(name), 'operator');
}

/** What is written down of a lab that is up. */
export const labRecord = z.object({
  name: z.string(),
  /** Of the process that holds it up. */
  pid: z.number(),
  nodeAddress: z.string(),
  hostAddress: z.string(),
  /** A resolver that answers whatever happens to the network's own. */
  otherResolver: z.string(),
  registry: z.string(),
  git: z.string(),
  branch: z.string(),
  fluxManifests: z.string(),
  control: z.string(),
  faults: z.array(z.string()),
  startedAt: z.string(),
});
export type LabRecord = z.infer<typeof labRecord>;

/**
 * What is known of a lab, or null where none is up under that name.
 * @throws Error where one was left by another version of this project
 */
export async function readRecord(name: string): Promise<LabRecord | null> {
  const text = await readFile(path.join(folderOf(name), 'lab.json'), 'utf8').catch(() => null); // none is up
  if (text === null) return null;
  const record = labRecord.safeParse(JSON.parse(text));
  if (record.success) return record.data;
  throw new Error(
    `the lab ${name} is of another version of this project: \`npm run lab -- down --name ${name}\` removes it`,
  );
}

/** Names of the labs that have a folder, whatever state they are in. */
export async function labNames(): Promise<string[]> {
  return (await readdir(LABS).catch(() => [])).toSorted(); // no folder: no lab was ever here
}
