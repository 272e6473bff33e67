import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../model/snapshot.ts';
import { type ClusterReader, ReadError } from './cluster-reader.ts';
import type { Observed } from './resources.ts';
import { slim } from './slim.ts';

/** One kind of object, kept current: what is there now, and why it is not current when it is not. */
export interface Feed {
  readonly observed: Observed;
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** False until the first list has ended, with objects or with a failure. */
  hasAnswered(): boolean;
  /** Null while the watch runs; else the words of its failure. */
  error(): string | null;
  /** True when no answer came at all, false when the server answered with an error. */
  unreachable(): boolean;
}

export interface FeedOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly onChange: () => void;
}

const PAGE_SIZE = 1000;
const BRIEF_WATCH_MS = 1000;
const keyOf = (object: KubernetesObject) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/**
 * Lists the objects and follows their watch until the signal is aborted. A watch that ends continues where it
 * stopped; one that fails is listed again after a growing pause. Never rejects; `done` resolves after the abort.
 */
export function startFeed(
  reader: ClusterReader,
  observed: Observed,
  options: FeedOptions,
): Feed & { done: Promise<void> } {
  const { signal } = options;
  const objects = new Map<string, KubernetesObject>();
  let hasAnswered = false;
  let failure: { readonly words: string; readonly unreachable: boolean } | null = {
    words: 'not listed yet',
    unreachable: false,
  };

  async function listAll(): Promise<string | null> {
    const answer = await reader.list({ ...observed, pageSize: PAGE_SIZE, signal, timeoutMs: options.timeoutMs });
    objects.clear();
    for (const item of answer.items) objects.set(keyOf(item), slim(item));
    failure = null;
    hasAnswered = true;
    options.onChange();
    return answer.resourceVersion;
  }

  async function follow(from: string): Promise<void> {
    let resourceVersion = from;
    while (!signal.aborted) {
      const begun = Date.now();
      for await (const change of reader.watch({ ...observed, resourceVersion, signal })) {
        resourceVersion = change.object.metadata.resourceVersion ?? resourceVersion;
        if (change.type === 'BOOKMARK') continue;
        if (change.type === 'DELETED') objects.delete(keyOf(change.object));
        else objects.set(keyOf(change.object), slim(change.object));
        options.onChange();
      }
      // A server ends its watches every half hour or so; one that ends them at once shall not be asked in a tight loop.
      if (Date.now() - begun < BRIEF_WATCH_MS) await pauseFor(options.firstDelayMs);
    }
  }

  async function pauseFor(ms: number): Promise<void> {
    await delay(ms * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    let pause = options.firstDelayMs;
    while (!signal.aborted) {
      try {
        const version = await listAll();
        pause = options.firstDelayMs;
        if (version !== null) await follow(version);
      } catch (error) {
        if (signal.aborted) return;
        const status = error instanceof ReadError ? error.status : null;
        // 410: the version is too old, which only means to list again. 404: the kind is not installed yet: there are none.
        if (status === 410) continue;
        if (status === 404) {
          objects.clear();
          failure = null;
        } else {
          failure = { words: error instanceof Error ? error.message : String(error), unreachable: status === null };
        }
        hasAnswered = true;
        options.onChange();
      }
      await pauseFor(pause);
      pause = Math.min(pause * 2, options.maxDelayMs);
    }
  }

  return {
    observed,
    objects,
    hasAnswered: () => hasAnswered,
    error: () => failure?.words ?? null,
    unreachable: () => failure?.unreachable ?? false,
    done: run(),
  };
}
