import type { Context } from 'hono';
import { redact } from '../../redaction/index.ts';
import type { LogAnswer, PodRow } from '../../model/page.ts';
import type { Env, Parts } from './context.ts';

const MOST_LINES = 2_000;
const LINES = 200;
/** For a program; and for a page, which is to stay below 100 kB. */
const MOST_BYTES = 256 * 1024;
const PAGE_BYTES = 64 * 1024;
/** Each log is a megabyte of memory until it is sent. */
const MOST_AT_ONCE = 4;
const READERS = { page: PAGE_BYTES, program: MOST_BYTES } as const;

/** What a request for a log asks for, checked against the pods that are there. */
export type LogRequest =
  | { readonly pod: PodRow; readonly container: string; readonly previous: boolean; readonly lines: number }
  | { readonly problem: string; readonly status: 404 };

/** Only pods that were seen in the cluster are asked for: text from a URL never becomes part of a path by itself. */
export function logRequest(context: Context<Env>, { board, source }: Pick<Parts, 'board' | 'source'>): LogRequest {
  const { details } = board.now();
  if (details === null) return { problem: source.withoutDetails, status: 404 };
  const { namespace, pod: name } = context.req.param();
  const pod = details.pods.find((one) => one.namespace === namespace && one.name === name);
  if (!pod)
    return { problem: `Pod ${namespace}/${name} does not exist. Choose one from the list of pods.`, status: 404 };
  const container = context.req.query('container') || pod.containers[0] || '';
  if (![...pod.containers, ...pod.initContainers].includes(container)) {
    return {
      problem: `Pod ${namespace}/${name} has no container ${container}. Its containers: ${[...pod.initContainers, ...pod.containers].join(', ')}.`,
      status: 404,
    };
  }
  const asked = Number(context.req.query('tail') ?? LINES);
  const lines = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MOST_LINES) : LINES;
  return { pod, container, previous: ['1', 'true'].includes(context.req.query('previous') ?? ''), lines };
}

export type LogDesk = (
  wanted: Exclude<LogRequest, { problem: string }>,
  reader: keyof typeof READERS,
  signal: AbortSignal,
) => Promise<LogAnswer>;

/** Reads logs within two seconds, a few at once, as readable text. */
export function createLogDesk({ source }: Pick<Parts, 'source'>): LogDesk {
  let reading = 0;
  return async ({ pod, container, previous, lines }, reader, signal) => {
    if (source.logs === null) return { problem: source.withoutDetails, status: 404 };
    if (reading >= MOST_AT_ONCE)
      return { problem: 'Too many logs are being read. Try again in a few seconds.', status: 503 };
    const { namespace, name } = pod;
    const limitBytes = READERS[reader];
    reading += 1;
    try {
      const wanted = { namespace, pod: name, container, previous, tailLines: lines, limitBytes };
      const answer = await source.logs(wanted, signal);
      return 'problem' in answer ? { ...answer, problem: redact(answer.problem) } : { text: redact(answer.text) };
    } finally {
      reading -= 1;
    }
  };
}
