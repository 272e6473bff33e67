import type { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { z } from 'zod';
import { kubernetesObject, type KubernetesObject } from '../model/snapshot.ts';
import {
  type ClusterReader,
  type ListAnswer,
  type ListRequest,
  ReadError,
  type Resource,
  type WatchChange,
  type WatchRequest,
} from './cluster-reader.ts';
import { errorWords } from './error-words.ts';
import { lines } from './lines.ts';
import { slim } from './slim.ts';

/** What a GET gave: the status and the body, not read yet. */
export interface Answer {
  readonly statusCode: number;
  readonly body: Readable;
}

/** The way to an API server: everything about addresses, certificates and credentials. */
export interface Transport {
  /** The signal ends the request and its body. Rejects when no answer came. */
  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  /** Makes each object smaller the moment it arrives, page by page; without it only bookkeeping is left out. */
  readonly trim?: (object: KubernetesObject) => KubernetesObject;
}

/** An item of a list as it arrives: without kind and version of its own. */
type Listed = Pick<KubernetesObject, 'metadata'> & Record<string, unknown>;

function isListed(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || !('metadata' in item)) return false;
  const { metadata } = item;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string';
}

const listShape = z.object({
  metadata: z.object({ continue: z.string().optional(), resourceVersion: z.string().optional() }).optional(),
  // Checked, not copied: a page of pods weighs megabytes.
  items: z.array(z.custom<Listed>(isListed, 'expected an object with a name')).nullable(),
});
const statusShape = z.object({ message: z.string().optional(), code: z.number().optional() });
const changeShape = z.object({ type: z.string(), object: z.unknown() });

function pathOf(resource: Resource, namespace?: string): string {
  const root = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  return namespace ? `${root}/namespaces/${namespace}/${resource.plural}` : `${root}/${resource.plural}`;
}

function messageOf(body: string, status: number): string {
  try {
    return statusShape.parse(JSON.parse(body)).message ?? `HTTP ${status}`;
  } catch {
    return body.trim().slice(0, 500) || `HTTP ${status}`;
  }
}

/** A bookmark's object has a resourceVersion and no name; every other object has both. */
function bookmarkName(object: unknown): unknown {
  const bookmark = z.looseObject({ metadata: z.looseObject({ name: z.string().optional() }) }).safeParse(object);
  if (!bookmark.success || bookmark.data.metadata.name) return object;
  return { ...bookmark.data, metadata: { ...bookmark.data.metadata, name: '' } };
}

/** Paging, watches, logs and errors are the same for all transports. */
export function readerOver(transport: Transport, { trim = slim }: ReaderOptions = {}): ClusterReader {
  async function get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Readable> {
    const { statusCode, body } = await transport.get(path, query, signal);
    if (statusCode >= 400) throw new ReadError(messageOf(await text(body), statusCode), statusCode);
    return body;
  }

  /** Runs one request under its time-out; every failure becomes a ReadError that says what was asked for. */
  async function within<T>(
    what: string,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]));
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof ReadError) throw error;
      throw new ReadError(`${what}: ${errorWords(error, options.timeoutMs)}`, null, { cause: error });
    }
  }

  async function list(wanted: ListRequest): Promise<ListAnswer> {
    const { resource, namespace, fieldSelector, labelSelector, pageSize, maxItems = Number.POSITIVE_INFINITY } = wanted;
    const items: KubernetesObject[] = [];
    let token: string | undefined;
    let resourceVersion: string | null = null;
    do {
      const query = {
        ...(fieldSelector ? { fieldSelector } : {}),
        ...(labelSelector ? { labelSelector } : {}),
        ...(pageSize ? { limit: String(pageSize) } : {}),
        ...(token ? { continue: token } : {}),
      };
      const page = await within(`list ${resource.plural}`, wanted, async (signal) =>
        listShape.parse(await json(await get(pathOf(resource, namespace), query, signal))),
      );
      // Items of a list carry neither kind nor version of their own.
      for (const item of page.items ?? [])
        items.push(trim(Object.assign(item, { apiVersion: resource.apiVersion, kind: resource.kind })));
      resourceVersion = page.metadata?.resourceVersion ?? null;
      token = page.metadata?.continue || undefined;
    } while (token && items.length < maxItems);
    return { items, resourceVersion };
  }

  async function* watch(wanted: WatchRequest): AsyncGenerator<WatchChange> {
    const { resource, namespace, fieldSelector, resourceVersion, signal } = wanted;
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      ...(fieldSelector ? { fieldSelector } : {}),
    };
    for await (const line of lines(await get(pathOf(resource, namespace), query, signal))) {
      const change = changeShape.parse(JSON.parse(line));
      if (change.type === 'ERROR') {
        const status = statusShape.parse(change.object);
        throw new ReadError(status.message ?? 'the watch failed', status.code ?? null);
      }
      const { type } = change;
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') {
        const object = kubernetesObject.parse(bookmarkName(change.object));
        yield { type, object: type === 'BOOKMARK' ? object : trim(object) };
      }
    }
  }

  return {
    list,
    watch,
    podLog: (wanted) =>
      within(`log of ${wanted.namespace}/${wanted.pod}`, wanted, async (signal) => {
        const query = {
          container: wanted.container,
          tailLines: String(wanted.tailLines),
          limitBytes: String(wanted.limitBytes),
          ...(wanted.previous ? { previous: 'true' } : {}),
        };
        return text(await get(`/api/v1/namespaces/${wanted.namespace}/pods/${wanted.pod}/log`, query, signal));
      }),
    ready: (options) =>
      within('GET /readyz', options, async (signal) => {
        await text(await get('/readyz', {}, signal));
      }),
    close: () => transport.close(),
  };
}
