import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SITE_FILES } from '../../site-folder/index.ts';

export const SITE = 'proof';
export const SCENARIO = 'all-well';

const world = z.looseObject({
  objects: z.record(
    z.string(),
    z.looseObject({ kind: z.string(), data: z.unknown().optional(), stringData: z.unknown().optional() }),
  ),
  machine: z.looseObject({ ca: z.string().nullable(), etcdSince: z.number().nullable() }),
});

const carriedCopy = z.looseObject({
  state: z.looseObject({
    progress: z.looseObject({ facts: z.looseObject({ installId: z.string().optional() }) }),
  }),
});

/** What controllers make and remake by themselves, under names of their own. */
const OF_CONTROLLERS = /^(?:Pod|Event|ReplicaSet|EndpointSlice|Lease|PersistentVolume|Job|ControllerRevision)\//;

/** The appliance, shared by everyone with a copy of the site's folder. */
export const worldFile = (root: string): string => join(root, 'appliance.json');

function worldIn(root: string): z.infer<typeof world> | null {
  const file = worldFile(root);
  return existsSync(file) ? world.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

/** Digests of what is made once and never again: the install's id, the keys of the cluster, its etcd, every Secret. */
export function madeOnce(root: string, home: string): Record<string, string> {
  const found: Record<string, string> = {};
  const keep = (name: string, text: string): void => {
    found[name] = createHash('sha256').update(text).digest('hex').slice(0, 16);
  };
  const secrets = join(home, SITE, SITE_FILES.secrets);
  if (existsSync(secrets)) keep('key material', readFileSync(secrets, 'utf8'));
  const carried = join(home, SITE, SITE_FILES.carried);
  if (existsSync(carried)) {
    const { installId } = carriedCopy.parse(JSON.parse(readFileSync(carried, 'utf8'))).state.progress.facts;
    if (installId !== undefined) keep("the install's id", installId);
  }
  const { machine, objects = {} } = worldIn(root) ?? {};
  if (machine?.ca) keep('certificate authority', machine.ca);
  if (machine?.etcdSince) keep('start of etcd', String(machine.etcdSince));
  for (const [key, { kind, data, stringData }] of Object.entries(objects))
    if (kind === 'Secret') keep(key, JSON.stringify([data, stringData]));
  return found;
}

/** The objects that an install leaves, by their keys. */
export function objectsIn(root: string): string[] {
  return Object.keys(worldIn(root)?.objects ?? {})
    .filter((key) => !OF_CONTROLLERS.test(key))
    .toSorted();
}
