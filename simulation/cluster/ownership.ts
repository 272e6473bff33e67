import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { Stage } from '../world/stage.ts';
import { isMap, mergePatch } from './merge.ts';

/**
 * Who wrote which fields, as `managedFields` says it: by object and writer a fragment of the object. An Apply and an Update of
 * the same manager are two writers. What the simulated controllers write is nobody's.
 */
type Fragment = Record<string, unknown>;
type Path = readonly string[];

const OWNED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** The writer under whose name `create` and `patch` are noted. */
export function updaterOf(manager: string): string {
  return `${manager} Update`;
}

/** What of an object can be somebody's: not what names it, nor what the API server writes. */
export function ownable(object: Partial<KubernetesObject>): Fragment {
  const { apiVersion: _, kind: __, status: ___, metadata, ...asked } = object;
  const kept = Object.entries(metadata ?? {}).filter(([key]) => OWNED_METADATA.includes(key));
  return { ...asked, ...(kept.length > 0 && { metadata: Object.fromEntries(kept) }) };
}

/** What a writer wrote of the object under a key; undefined when it wrote nothing. */
export function writtenBy(stage: Stage, key: string, writer: string): Fragment | undefined {
  return stage.state.applied[key]?.[writer];
}

/** What everybody but this writer wrote. */
export function writtenByOthers(stage: Stage, key: string, writer: string): Fragment[] {
  return Object.entries(stage.state.applied[key] ?? {}).flatMap(([name, fragment]) =>
    name === writer ? [] : [fragment],
  );
}

/** The fields that a writer asks to be otherwise than somebody else wrote them, each with whose it is. */
export function conflictsOf(
  stage: Stage,
  key: string,
  { writer, before, asked }: { writer: string; before: unknown; asked: Fragment },
): { readonly whose: string; readonly field: string }[] {
  const others = Object.entries(stage.state.applied[key] ?? {}).filter(([name]) => name !== writer);
  return leavesOf(asked).flatMap(([path, value]) => {
    if (isDeepStrictEqual(valueAt(before, path), value)) return [];
    return others
      .filter(([, fragment]) => reaches(fragment, path))
      .map(([name]) => ({ whose: name.replace(/ Update$/, ''), field: `.${path.join('.')}` }));
  });
}

/** Notes what an Apply asked for as all that this writer has; what it asks otherwise than others is theirs no more. */
export function noteApplied(stage: Stage, key: string, writer: string, before: unknown, asked: Fragment): void {
  takeFromOthers(stage, key, writer, before, asked);
  stage.state.applied[key] = { ...stage.state.applied[key], [writer]: asked };
}

/** Notes what an Update changed as this writer's, whosever it was. */
export function noteUpdated(stage: Stage, key: string, writer: string, before: unknown, asked: Fragment): void {
  takeFromOthers(stage, key, writer, before, asked);
  const changed = leavesOf(asked).filter(([path, value]) => !isDeepStrictEqual(valueAt(before, path), value));
  if (changed.length === 0) return;
  let own: unknown = writtenBy(stage, key, writer) ?? {};
  for (const [path, value] of changed) own = mergePatch(own, nested(path, value));
  stage.state.applied[key] = { ...stage.state.applied[key], [writer]: own as Fragment };
}

function takeFromOthers(stage: Stage, key: string, writer: string, before: unknown, asked: Fragment): void {
  const changed = leavesOf(asked).filter(([path, value]) => !isDeepStrictEqual(valueAt(before, path), value));
  const fragments = stage.state.applied[key] ?? {};
  for (const [name, fragment] of Object.entries(fragments)) {
    if (name === writer) continue;
    let left: unknown = fragment;
    for (const [path] of changed) if (reaches(left, path)) left = mergePatch(left, nested(path, null));
    fragments[name] = left as Fragment;
  }
}

/** Every field that is no map, with the way to it. Lists are one field. */
function leavesOf(fields: Fragment, way: Path = []): [Path, unknown][] {
  return Object.entries(fields).flatMap(([key, value]): [Path, unknown][] =>
    isMap(value) ? leavesOf(value, [...way, key]) : [[[...way, key], value]],
  );
}

function reaches(fragment: unknown, path: Path): boolean {
  return valueAt(fragment, path) !== undefined;
}

function valueAt(fields: unknown, path: Path): unknown {
  let at = fields;
  for (const key of path) at = isMap(at) ? at[key] : undefined;
  return at;
}

function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}
