import { ADMINISTRATOR_FLAGS, INPUT_FLAGS, LICENCE, MODE } from '../inputs/flags.ts';
import { takeOrder } from '../inputs/order.ts';
import { givePlan } from '../install/give-plan.ts';
import { SCENARIO } from '../site/simulation.ts';
import { defineCommand } from './define.ts';

/** `plan`: what `start` would do, with the same inputs; nothing is touched. */
export const command = defineCommand({
  flags: [...MODE, SCENARIO, ...LICENCE, ...INPUT_FLAGS, ...ADMINISTRATOR_FLAGS],
  examples: ['plan --fresh --node-ip 192.0.2.10'],
  run: async (context) =>
    givePlan(context, await takeOrder(context, { command: 'plan', modeOtherwise: 'fresh', writes: false })),
});
