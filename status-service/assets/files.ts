import { createHash } from 'node:crypto';
import icon from './icon.svg' with { type: 'text' };
import script from './page.js' with { type: 'text' };
import style from './page.css' with { type: 'text' };

/** What the pages load besides themselves; nothing comes from another host. */
export const FILES = {
  'page.css': { text: style, type: 'text/css; charset=utf-8' },
  'page.js': { text: script, type: 'text/javascript; charset=utf-8' },
  'icon.svg': { text: icon, type: 'image/svg+xml' },
} as const;

const versionOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The version of each file, made from its content. */
export const VERSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).map(([name, { text }]) => [name, versionOf(text)]),
);

/** The address changes with the file's content, so a browser may cache it without limit. */
export function assetUrl(name: keyof typeof FILES): string {
  return `/assets/${name}?v=${VERSIONS.get(name) ?? ''}`;
}
