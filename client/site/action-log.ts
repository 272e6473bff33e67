import { hostname, userInfo } from 'node:os';
import { SITE_FILES } from '../../site-folder/index.ts';
import { clean } from '../terminal/text.ts';
import type { Site } from './site.ts';

/** Enough for years of it; the oldest lines go first. */
const LINES = 1_000;

/** Appends an action on a site's appliance to the site's log: when, who, what. `what` must hold no secret. */
export async function recordAction({ folder }: Site, what: string, now: Date): Promise<void> {
  const before = ((await folder.read(SITE_FILES.actions)) ?? '').split('\n').filter((line) => line !== '');
  const line = `${now.toISOString()} ${clean(`${whoami()}@${hostname()}`)} ${clean(what)}`;
  await folder.write(SITE_FILES.actions, `${[...before, line].slice(-LINES).join('\n')}\n`);
}

/** A user of this machine need not have a name, as in a container. */
function whoami(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'somebody');
  }
}
