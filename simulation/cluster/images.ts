import { hexOf } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';

const MEGABYTE = 1_000_000;

/** Compressed sizes, roughly those of the real images (the application: docs/contract.md, "Components and tiers"). */
const SIZES: readonly (readonly [RegExp, number])[] = [
  [/alga-psa-ee/, 1_800 * MEGABYTE],
  [/pgvector/, 165 * MEGABYTE],
  [/redis/, 42 * MEGABYTE],
  [/pgbouncer/, 8 * MEGABYTE],
  [/auto-setup/, 210 * MEGABYTE],
  [/temporalio\/ui/, 48 * MEGABYTE],
  [/workflow-worker|temporal-worker/, 320 * MEGABYTE],
  [/email-service/, 190 * MEGABYTE],
  [/metal-installer/, 380 * MEGABYTE],
  [/busybox/, 2 * MEGABYTE],
  [/node:/, 50 * MEGABYTE],
];

/** The part before the tag, the tag without a digest, and the registry's host. */
export function partsOf(reference: string): { repository: string; tag: string; host: string } {
  const [named = ''] = reference.split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const repository = hasTag ? named.slice(0, colon) : named;
  const [first = ''] = repository.split('/');
  return {
    repository,
    tag: hasTag ? named.slice(colon + 1) : 'latest',
    host: /[.:]/.test(first) ? first : 'docker.io',
  };
}

/** Bytes that a pull transfers. */
export function sizeOf(reference: string): number {
  return SIZES.find(([pattern]) => pattern.test(reference))?.[1] ?? 25 * MEGABYTE;
}

export function digestOf(reference: string): string {
  return `sha256:${hexOf(reference, 64)}`;
}

/** True when the registry has no such tag. In a scenario that misses one, the first that is asked for is the missing one. */
export function isMissing(stage: Stage, reference: string): boolean {
  const { repository, tag } = partsOf(reference);
  if (!stage.scenario.missingTags.includes(repository)) return false;
  const { missingTags } = stage.state;
  if (missingTags[repository] === undefined) {
    missingTags[repository] = tag;
    stage.changed = true;
  }
  return missingTags[repository] === tag;
}

/** The words of containerd when a registry answers that it has no such tag. */
export function notFoundMessage(reference: string): string {
  return `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;
}

/**
 * Begins a pull on the node, or joins the one that is under way. Gives when the image will be there, in milliseconds of the
 * appliance's clock; a time that has passed when it is there already. Pulls run side by side, as Talos sets the kubelet up.
 */
export function pull(stage: Stage, reference: string): number {
  const { images, pulls } = stage.state.machine;
  const there = images[reference];
  if (there !== undefined) return there;
  const running = pulls[reference];
  if (running) return running.doneAt;
  const doneAt = stage.now + 1_000 + Math.round((sizeOf(reference) / stage.scenario.bytesPerSecond) * 1_000);
  pulls[reference] = { startedAt: stage.now, doneAt };
  stage.changed = true;
  return doneAt;
}

/** True when the image is on the node. A pull whose time has come ends here. */
export function isOnNode(stage: Stage, reference: string): boolean {
  const { images, pulls } = stage.state.machine;
  const running = pulls[reference];
  if (running && running.doneAt <= stage.now) {
    images[reference] = running.doneAt;
    delete pulls[reference];
    stage.changed = true;
  }
  return images[reference] !== undefined;
}
