import { Resolver } from 'node:dns/promises';
import type { ResolverAnswer } from '../ports/machine.ts';
import { wordsOf } from './network-error.ts';

const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** That a name has no address, or does not exist, is an answer: the resolver is there and works. */
const ANSWERS = new Set(['ENODATA', 'ENOTFOUND']);

/** The address has a port if it is not 53. Asked from this machine. */
export async function askResolver(server: string, name: string, signal: AbortSignal): Promise<ResolverAnswer> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  resolver.setServers([server]);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await resolver.resolve4(name);
    return { answers: true };
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return ANSWERS.has(code) ? { answers: true } : { answers: false, why: wordsOf(error).slice(0, 200) };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
