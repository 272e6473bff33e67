import { beforeAll, expect, test } from 'vitest';
import { MOST_STORIES } from './fake/breaks.ts';
import { loadWorkflows } from './fake/load.ts';
import type { Workflows } from './fake/load.ts';
import { play, shrunk } from './fake/play.ts';
import { scenarioOf } from './fake/scenario.ts';
import { KEPT_CASES } from './kept-cases.ts';

/** Installs under everything that can befall them, on a stand-in for Temporal's primitives: what was acknowledged is applied. */
const SEEDS = Number(process.env['APPLIANCE_TEST_SEEDS'] ?? MOST_STORIES);

let workflows: Workflows;
beforeAll(async () => {
  workflows = await loadWorkflows();
});

test.each(KEPT_CASES)('%s', async (_, scenario) => {
  expect((await play(workflows, scenario)).map(({ message }) => message)).toEqual([]);
});

test(`no rule is broken in ${SEEDS} stories`, { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const scenario = scenarioOf(seed);
    const [broken] = await play(workflows, scenario);
    if (!broken) continue;
    const least = await shrunk(workflows, scenario, broken.rule);
    const [now] = (await play(workflows, least)).filter(({ rule }) => rule === broken.rule);
    const kept = JSON.stringify([broken.rule, least], null, 2);
    expect.fail(`seed ${seed}: ${now?.message ?? broken.message}\nKeep it in test/workflows/kept-cases.ts:\n${kept}`);
  }
});
