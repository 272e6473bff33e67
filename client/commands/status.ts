import { adviceOn } from '../status/advice.ts';
import { documentOf, lookAt, presentAt } from '../status/observe.ts';
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
    { flags: '--watch', help: 'show it again at every change' },
    { flags: '--serve', help: 'show it as a page on this machine, for a browser' },
    { flags: '--timeout <duration>', help: 'stop watching or serving after this time, with exit code 5' },
  ],
  examples: ['status', 'status -o json', 'status --serve'],
  run: async (context, { watch, serve, timeout }) => {
    const site = await context.site();
    if (watch) return watchStatus(context, site, parseDuration('--timeout', timeout));
    if (serve) return servePage(context, site, parseDuration('--timeout', timeout));
    const look = await lookAt(context, site);
    const document = await documentOf(context, site, look);
    const at = presentAt(look, context.services.clock.now());
    await context.give(document, () => statusLines(context.style, document, at));
    context.say(...adviceOn(context, site, look));
    return exitOf(document, look.install);
  },
});
