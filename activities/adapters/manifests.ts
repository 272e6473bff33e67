import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { FLUX, NAMESPACES } from '../../model/appliance.ts';
import { kubernetesObject } from '../../model/snapshot.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { ManifestsError } from '../ports/manifests.ts';
import type { EntryOrder, ManifestsPort } from '../ports/manifests.ts';
import { fluxManifests } from './flux-manifests.ts';

/** `flux install` puts its version on every object that it makes. */
const VERSION_LABEL = 'app.kubernetes.io/version';

/**
 * The environment sets the cache folder and the PATH. The port serves manifests that come with the product or with
 * Flux.
 */
export function manifestsPort(environment: NodeJS.ProcessEnv): ManifestsPort {
  return {
    storage: async () => readTree('base/local-path-storage/local-path-storage.yaml'),
    flux: async (release, file, signal) => {
      const { text, from } = await fluxManifests(release.flux, file, environment, signal);
      const objects = objectsIn(text, from);
      checkControllers(objects, release.flux.version, from);
      return objects;
    },
    entry: readEntry,
  };
}

/** The two objects of `flux/entry/` with URL, branch and path filled in. */
export async function readEntry({ url, branch, path: profile }: EntryOrder): Promise<KubernetesObject[]> {
  const objects = [...(await readTree('entry/gitrepository.yaml')), ...(await readTree('entry/root.yaml'))];
  const values: Record<string, string> = { url, branch };
  return objects.map((object) => {
    const filled = kubernetesObject.parse(filledIn(object, values));
    if (filled.kind !== 'Kustomization') return filled;
    return { ...filled, spec: { ...z.looseObject({}).parse(filled['spec']), path: profile } };
  });
}

/** The folder `flux/` of the product, seen from the sources as well as from a bundle in dist/. */
function treeFolder(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'flux', 'entry'))) return path.join(folder, 'flux');
  }
  throw new ManifestsError('unreadable', `the folder flux/ is missing beside the program (${import.meta.dirname})`);
}

async function readTree(name: string): Promise<KubernetesObject[]> {
  const file = path.join(treeFolder(), name);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ManifestsError('unreadable', `${file} cannot be read`, { cause });
  });
  return objectsIn(text, file);
}

function objectsIn(text: string, from: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new ManifestsError('unreadable', `${from}: ${error.message}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    const parsed = kubernetesObject.safeParse(value);
    if (parsed.success) return [parsed.data];
    throw new ManifestsError('unreadable', `${from}: ${z.prettifyError(parsed.error)}`);
  });
}

function checkControllers(objects: readonly KubernetesObject[], version: string, from: string): void {
  for (const name of FLUX.controllers) {
    const found = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === name && metadata.namespace === NAMESPACES.flux,
    );
    if (!found) throw new ManifestsError('version', `${from} contains no Deployment ${NAMESPACES.flux}/${name}`);
    const label = found.metadata.labels?.[VERSION_LABEL];
    if (label !== version) {
      throw new ManifestsError(
        'version',
        `${from} contains ${name} of Flux ${label ?? 'without a version'}, but the release has ${version}`,
      );
    }
  }
}

/** Replaces a string that is a placeholder: `${url}`. A value is never parsed as YAML. */
function filledIn(value: unknown, values: Record<string, string>): unknown {
  if (typeof value === 'string')
    return /^\$\{(\w+)\}$/.exec(value)?.[1] ? (values[value.slice(2, -1)] ?? value) : value;
  if (Array.isArray(value)) return value.map((item) => filledIn(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, values)]));
}
