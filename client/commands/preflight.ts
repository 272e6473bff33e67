import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { takeOrder } from '../inputs/order.ts';
import { reportLines } from '../render/preflight.ts';
import { withSession } from '../install/session.ts';
import { recordSimulation } from '../site/simulation.ts';
import { ADMINISTRATOR_FLAGS, AUTH_KEY, INPUT_FLAGS, LICENCE, MODE } from '../inputs/flags.ts';
import { SIMULATE } from '../site/simulation.ts';
import { defineCommand } from './define.ts';

/** `preflight`: every check of an install, nothing else. Ends with 3 when a hard one fails. */
export const command = defineCommand({
  flags: [...MODE, ...AUTH_KEY, ...LICENCE, ...SIMULATE, ...INPUT_FLAGS, ...ADMINISTRATOR_FLAGS],
  examples: ['preflight --node-ip 192.0.2.10'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const { site, spec, notes, simulate } = await takeOrder(context, {
    command: 'preflight',
    modeOtherwise: 'fresh',
    writes: false,
  });
  context.say(...notes, `Checking everything that an install of ${spec.siteId} on ${spec.nodeIp} needs.`);
  await recordSimulation(site, simulate);
  return withSession(context, site, { start: 'on-demand', detached: false, oneOff: true }, async (session) => {
    await session.ensureWorker();
    const report = await session.installs.preflight(spec, (stillOpen) => context.say(`still checking: ${stillOpen}`));
    await context.give(report, () => reportLines(context.style, report));
    if (report.blockers.length === 0) return EXIT.done;
    return report.blockers.some(({ code }) => code === 'operator-tool-missing') ? EXIT.missing : EXIT.preflight;
  });
}
