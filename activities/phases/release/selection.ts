import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { ref } from '../../../kubernetes/addresses.ts';
import { applianceValues } from '../../../model/appliance-values.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import { IMAGE_SIZES_KEY, sizesIn, writtenSizes } from '../../../model/image-sizes.ts';
import type { ImageSizes } from '../../../model/image-sizes.ts';
import type { InstallSpec } from '../../../model/site.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { tagsOf } from '../../../model/vendor-images.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { applied } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { referencesIn } from './image-sizes.ts';

/** Helm's controller then reacts to a change at once (flux/README.md). */
const WATCHED = { 'reconcile.fluxcd.io/watch': 'Enabled' };
const CORE_VALUES = ref.configMap(NAMESPACES.releases, `${OBJECTS.valuesPrefix}alga-core`);

export type BootstrapMode = 'fresh' | 'recover';

const configMap = z.object({ data: z.object({ 'values.yaml': z.string().optional() }).default({}) });
const bootstrapValues = z.object({ bootstrap: z.object({ mode: z.string(), installId: z.string() }) });

/** Gives the bootstrap mode and the install's id as they stand in the cluster; null where there are none. */
export async function selectedBootstrap(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<{ mode: string; installId: string } | null> {
  const found = await cluster.get(CORE_VALUES, signal);
  const text = found && configMap.parse(found).data['values.yaml'];
  const values = bootstrapValues.safeParse(text ? parse(text) : null);
  return values.success ? values.data.bootstrap : null;
}

/**
 * The mode in which the database setup may run, by the state of the cluster: what this very install has set to
 * recover stays so, whatever runs again and whatever the workflow knows. That an earlier install was complete does
 * not matter to one with --fresh: it has wiped that one's data, or found none.
 */
export async function bootstrapModeFor(context: PhaseContext, cluster: Cluster): Promise<BootstrapMode> {
  const { facts, spec, signal } = context;
  if (spec.mode === 'recover' || facts.promoted === true) return 'recover';
  const stands = await selectedBootstrap(cluster, signal);
  return stands?.mode === 'recover' && stands.installId === facts.installId ? 'recover' : 'fresh';
}

/**
 * Writes the release's selection and the site's values into the cluster, and copies for people into the site's folder. Says
 * whether anything in the cluster changed. In recover mode the id stays what it was: the database setup runs again for another one.
 * A size of an image that nobody tells now stays what it was.
 */
export async function writeSelection(
  context: PhaseContext,
  cluster: Cluster,
  mode: BootstrapMode,
  sizes: ImageSizes = {},
): Promise<boolean> {
  const { facts, folder, spec, signal } = context;
  const before = await selectedBootstrap(cluster, signal);
  const installId = mode === 'recover' ? (before?.installId ?? facts.installId) : facts.installId;
  if (installId === undefined) throw new Error('this install has no id, so its database setup cannot be identified');
  const values = Object.entries(applianceValues({ spec, bootstrapMode: mode, installId }));
  const selection = selectionOf(spec, await stillKnown(cluster, spec, sizes, signal));
  const objects = [
    ...values.map(([release, content]) =>
      configMapOf(`${OBJECTS.valuesPrefix}${release}`, { 'values.yaml': stringify(content) }, WATCHED),
    ),
    configMapOf(OBJECTS.releaseSelection, selection),
  ];
  let changed = false;
  for (const object of objects) changed = (await applied(cluster, object, signal)) || changed;
  for (const [release, content] of values) {
    await writeCopy(folder, `${SITE_FILES.values}/${release}.yaml`, stringify(content));
  }
  await writeCopy(folder, `${SITE_FILES.values}/release-selection.yaml`, stringify(selection));
  return changed;
}

const selected = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** The sizes of this spec's images and of no others: those that were told now, else those that were told before. */
async function stillKnown(
  cluster: Cluster,
  spec: InstallSpec,
  sizes: ImageSizes,
  signal: AbortSignal,
): Promise<ImageSizes> {
  const found = await cluster.get(ref.configMap(NAMESPACES.releases, OBJECTS.releaseSelection), signal);
  const before = sizesIn(found ? selected.parse(found).data[IMAGE_SIZES_KEY] : undefined);
  return Object.fromEntries(
    referencesIn(spec).flatMap((reference) => {
      const size = sizes[reference] ?? before[reference];
      return size === undefined ? [] : [[reference, size]];
    }),
  );
}

function selectionOf(spec: InstallSpec, sizes: ImageSizes): Record<string, string> {
  const { release, channel, repo } = spec;
  return {
    releaseVersion: release.releaseVersion,
    selectedChannel: channel ?? '',
    appVersion: release.app.version,
    releaseBranch: repo.branch,
    ...Object.fromEntries(Object.entries(tagsOf(spec)).map(([key, tag]) => [`${key}Tag`, tag])),
    ...(Object.keys(sizes).length > 0 && { [IMAGE_SIZES_KEY]: writtenSizes(sizes) }),
  };
}

function configMapOf(name: string, data: Record<string, string>, labels?: Record<string, string>): KubernetesObject {
  const metadata = { name, namespace: NAMESPACES.releases, ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

async function writeCopy(folder: PhaseContext['folder'], name: string, text: string): Promise<void> {
  if ((await folder.read(name)) !== text) await folder.write(name, text);
}
