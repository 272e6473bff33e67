import type { CommandContext } from '../context.ts';
import { adviceOn } from '../status/advice.ts';
import { documentOf, lookAt, presentAt } from '../status/observe.ts';
import { switchOption, durationOption } from '../terminal/options.ts';
import { servePage } from '../page/serve.ts';
import { statusLines } from '../render/status.ts';
import { exitOf } from '../status/verdict.ts';
import { watchStatus } from '../status/watch-status.ts';

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
  const at = presentAt(look, context.services.clock.now());
  await context.give(document, () => statusLines(context.style, document, at));
  context.say(...adviceOn(context, site, look));
  return exitOf(document, look.install);
}
