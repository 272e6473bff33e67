import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { packageFile } from '../system/code-files.ts';

const MARK = 'appliance-client/';
const named = z.object({ version: z.string() });

/** The name that a worker of this process gives the server: it stands in histories, and says which version did or failed what. */
export function workerIdentity(): string {
  const { version } = named.parse(JSON.parse(readFileSync(packageFile(), 'utf8')));
  return `${process.pid}@${hostname()} ${MARK}${version}`;
}

/** Takes the name of a worker, gives the version of appliance-client in it; null where it says none. */
export function versionIn(identity: string): string | null {
  const at = identity.lastIndexOf(` ${MARK}`);
  return at < 0 ? null : identity.slice(at + 1 + MARK.length) || null;
}
