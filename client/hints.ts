import { optionKey, textOption } from './options.ts';
import type { CommandContext } from './context.ts';
import { DEFAULT_SITE } from './site.ts';
import type { Site } from './site.ts';

/** Takes the context, the site and a command, gives the call that a person types to come back to this very site. */
export function callOf(context: CommandContext, site: Site, command: string): string {
  const configDir = textOption(context.options, optionKey('config-dir'));
  // What is ordered for a simulated site is a simulation again, and never a real install of that name.
  const words = site.simulated ? command.replace(/^start\b/, 'start --simulate') : command;
  return [
    `appliance-client ${words}`,
    site.siteId === DEFAULT_SITE ? '' : `--site ${site.siteId}`,
    configDir === undefined ? '' : `--config-dir ${configDir}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
