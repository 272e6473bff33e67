import { optionKey, textOption } from './options.ts';
import type { CommandContext } from './context.ts';
import { DEFAULT_SITE } from './site.ts';
import type { Site } from './site.ts';

/** Takes the context, the site and a command, gives the call that a person types to come back to this very site. */
export function callOf(context: CommandContext, site: Site, command: string): string {
  const configDir = textOption(context.options, optionKey('config-dir'));
  return [
    `appliance-client ${command}`,
    site.siteId === DEFAULT_SITE ? '' : `--site ${site.siteId}`,
    configDir === undefined ? '' : `--config-dir ${configDir}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
