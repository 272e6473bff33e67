import { text as readAll } from 'node:stream/consumers';
import { resolve } from 'node:path';
import { SITE_FILES } from '../../site-folder/index.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import type { Io } from '../terminal/io.ts';
import { switchOption, textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Prompter } from '../terminal/prompts.ts';
import type { Site } from '../site/site.ts';
import type { Fault } from './faults.ts';

/** The authentication key as it was given, or why it cannot be used; never part of the spec. */
export interface AuthKey {
  /** Null when none was given: the site keeps its own, or the install generates one. */
  readonly key: string | null;
  readonly faults: Fault[];
}

/** The key from --auth-key-file or --auth-key-stdin. */
export async function givenAuthKey(io: Io, options: Options): Promise<AuthKey> {
  const file = textOption(options, 'authKeyFile');
  const fromStdin = switchOption(options, 'authKeyStdin');
  if (file !== undefined && fromStdin)
    return fault('--auth-key-file', 'and --auth-key-stdin cannot be combined: give one of them');
  if (file !== undefined) return fromFile(resolve(io.cwd, file), io.signal);
  return fromStdin ? checked('--auth-key-stdin', await readAll(io.stdin)) : { key: null, faults: [] };
}

/** Prompts for the key, hidden, the first time that a site is ordered; null when none is given. */
export async function askAuthKey(site: Site, prompter: Prompter): Promise<string | null> {
  if (site.record || (await site.folder.exists(SITE_FILES.authKey))) return null;
  const answer = await prompter.secret('Authentication key of the appliance (leave empty to generate one)', (text) =>
    text.trim() === '' ? undefined : checked('', text).faults[0]?.text,
  );
  return answer.trim() === '' ? null : answer.trim();
}

/** Far more than any key has. */
const MOST_BYTES = 64 * 1024;

async function fromFile(path: string, signal: AbortSignal): Promise<AuthKey> {
  try {
    return checked('--auth-key-file', (await readGiven(path, { most: MOST_BYTES, signal })).toString('utf8'));
  } catch (error) {
    if (error instanceof FileRefused) return fault('--auth-key-file', `${path} ${error.message}`);
    signal.throwIfAborted();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fault('--auth-key-file', `${path} cannot be read (${reason})`);
  }
}

/** The key itself is never repeated in a message. */
function checked(flag: string, text: string): AuthKey {
  const key = text.trim();
  if (key === '') return fault(flag, 'the key is empty');
  if (/\s/.test(key)) return fault(flag, 'the key contains spaces or several lines: expected one word');
  return { key, faults: [] };
}

function fault(flag: string, text: string): AuthKey {
  return { key: null, faults: [{ flag, text }] };
}
