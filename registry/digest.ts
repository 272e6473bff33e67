import { createHash } from 'node:crypto';
import { RegistryFault } from './fault.ts';

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Throws when bytes are not those that a digest names. */
export function insistOnDigest(bytes: Uint8Array, digest: string, what: string): void {
  const found = digestOf(bytes);
  if (found !== digest)
    throw new RegistryFault(
      'refused',
      `${what} has the digest ${found}, but ${digest} was requested: the answer was discarded`,
    );
}
