import { adviceOn } from '../status/advice.ts';
import { documentOf, installThere, lookAt, presentAt } from '../status/observe.ts';
import { heldLines, isInAnothersQueue, lookAtHolder } from '../install/holder.ts';
import { knownSite } from '../install/update.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { parseDuration } from '../terminal/options.ts';
import { servePage } from '../page/serve.ts';
import { statusLines } from '../render/status.ts';
import { exitOf } from '../status/verdict.ts';
import { watchStatus } from '../status/watch-status.ts';
import { defineCommand } from './define.ts';

/**
 * `status`: the state of appliance and install in one document. Ends with 4 when a person must act. `--watch` and `--serve`
 * show it until they are ended.
 */
export const command = defineCommand({
  flags: [
    { flags: '--watch', help: 'print it again at every change' },
    { flags: '--serve', help: 'serve it as a web page on this machine' },
    { flags: '--timeout <duration>', help: 'stop watching or serving after this time, with exit code 5' },
  ],
  examples: ['status', 'status -o json', 'status --serve'],
  run: async (context, { watch, serve, timeout }) => {
    const site = await knownSite(context);
    if (watch) return watchStatus(context, site, parseDuration('--timeout', timeout));
    if (serve) return servePage(context, site, parseDuration('--timeout', timeout));
    const [look, { other }] = await Promise.all([lookAt(context, site), lookAtHolder(context, site)]);
    const document = await documentOf(context, site, look);
    const at = presentAt(look, context.services.clock.now());
    await context.give(document, () => statusLines(context.style, document, at, installThere(look)));
    if (other !== null || isInAnothersQueue(look.install)) {
      context.insist(...heldLines(context, site, other));
      return EXIT.held;
    }
    context.say(...adviceOn(context, site, look));
    return exitOf(document, look.install, look);
  },
});
