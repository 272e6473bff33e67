import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { packageFile } from '../system/code-files.ts';

const MARK = 'appliance-client/';
const named = z.object({ version: z.string() });

/** The version of appliance-client of this process. */
export function ownVersion(): string {
  return named.parse(JSON.parse(readFileSync(packageFile(), 'utf8'))).version;
}

/** The name that a worker of this process gives the server: histories contain it, and it tells which version did or failed what. */
export function workerIdentity(): string {
  return `${process.pid}@${hostname()} ${MARK}${ownVersion()}`;
}

/** The version of appliance-client in the name of a worker; null if it has none. */
export function versionIn(identity: string): string | null {
  const at = identity.lastIndexOf(` ${MARK}`);
  return at < 0 ? null : identity.slice(at + 1 + MARK.length) || null;
}
