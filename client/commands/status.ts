import type { StatusDocument } from '../../model/status.ts';
import type { CommandContext } from '../context.ts';
import { durationOption } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { adviceOn } from '../advice.ts';
import { documentOf, lookAt } from '../observe.ts';
import type { Look } from '../observe.ts';
import { switchOption } from '../options.ts';
import { servePage } from '../page/serve.ts';
import { statusLines } from '../render/status.ts';
import { watchStatus } from '../watch-status.ts';

/**
 * `status`: the state of appliance and install in one document. Ends with 4 when a person must act. `--watch` and `--serve`
 * show it until they are ended.
 */
export async function run(context: CommandContext): Promise<number> {
  const site = await context.site();
  if (switchOption(context.options, 'watch'))
    return watchStatus(context, site, durationOption(context.options, 'timeout'));
  if (switchOption(context.options, 'serve'))
    return servePage(context, site, durationOption(context.options, 'timeout'));
  const look = await lookAt(context, site);
  const document = await documentOf(context, site, look);
  await context.give(document, () => statusLines(context.style, document, context.services.clock.now()));
  context.say(...adviceOn(context, site, look));
  return exitOf(document, look);
}

/** Takes a status document and the look behind it, gives the exit code: 4 when somebody must act. */
export function exitOf(document: StatusDocument, { install }: Look): number {
  const isParked = install?.run === 'RUNNING' && install.progress?.state === 'parked';
  return isParked || document.rollup.state === 'failed_action_required' ? EXIT.blocked : EXIT.done;
}
