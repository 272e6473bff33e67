import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startBench } from './bench.ts';
import type { Bench } from './bench.ts';

/** One install that is stood in the way of again and again, freed each time, and ends without a new start. */
let bench: Bench;

const blockerSchema = z.object({
  code: z.string(),
  component: z.string(),
  tier: z.string(),
  loginBlocking: z.boolean(),
  nextAction: z.string(),
  since: z.string(),
  evidence: z.array(z.object({ message: z.string() })),
});
const statusSchema = z.object({
  rollup: z.object({ state: z.string() }),
  tiers: z.record(z.string(), z.object({ ready: z.boolean() })),
  topBlockers: z.array(blockerSchema),
});

beforeAll(async () => {
  bench = await startBench([
    'git-branch-missing',
    'dns-refused',
    'image-missing=alga-psa-ee',
    'image-missing=workflow-worker',
  ]);
  const { flags } = bench.lab;
  const start = await bench.run(['start', '--fresh', '--yes', '--detach', '--skip-image-tag-validation', ...flags]);
  expect(start.exitCode, start.all).toBe(0);
}, 300_000);

afterAll(() => bench?.down(), 120_000);

describe('an install that is blocked', () => {
  test('by a branch that is not there: named at once, freed by a push', async () => {
    const blocker = await blockedBy('git-branch-missing');
    expect(blocker.nextAction).toContain('--branch');
    await bench.lab.setFaults(['dns-refused', 'image-missing=alga-psa-ee', 'image-missing=workflow-worker']);
  });

  test('by a resolver that refuses the node: freed by other resolvers', async () => {
    const blocker = await blockedBy('dns-resolution-failure');
    expect(blocker).toMatchObject({ tier: 'platform', loginBlocking: true });
    expect(blocker.nextAction).toContain('--dns-servers');
    const set = await bench.run(['set', '--dns-servers', bench.lab.record.otherResolver]);
    expect(set.exitCode, set.all).toBe(0);
  }, 120_000);

  test("by the application's image tag that the registry does not have", async () => {
    const blocker = await blockedBy('image-tag-missing', 'alga-core', 300_000);
    expect(blocker).toMatchObject({ tier: 'login', loginBlocking: true });
    expect(blocker.evidence[0]?.message).toContain('not found');
    expect(Date.now() - Date.parse(blocker.since)).toBeLessThan(15_000);
    await bench.lab.setFaults(['image-missing=workflow-worker', 'image-unauthorized=temporal-worker']);
  }, 320_000);

  test('people can log in all the same when only background images cannot be had', async () => {
    await until('login', async () => (await status()).tiers['login']?.ready === true, 400_000);
    const missing = await blockedBy('image-tag-missing', 'workflow-worker', 120_000);
    expect(missing).toMatchObject({ tier: 'background', loginBlocking: false });
    const refused = await blockedBy('image-pull-unauthorized', 'temporal-worker', 120_000);
    expect(refused).toMatchObject({ tier: 'background', loginBlocking: false });
    expect((await status()).rollup.state).toBe('ready_with_background_issues');
    await bench.lab.setFaults([]);
  }, 600_000);

  test('ends fully healthy, with each thing done once', async () => {
    await until('full health', async () => (await status()).rollup.state === 'fully_healthy', 500_000);
    const { effects } = await bench.lab.machine.control.state();
    expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
  }, 520_000);
});

async function status(): Promise<z.infer<typeof statusSchema>> {
  const { stdout } = await bench.run(['status', '-o', 'json'], { timeoutMs: 60_000 });
  return statusSchema.parse(JSON.parse(stdout));
}

async function blockedBy(code: string, component?: string, timeoutMs = 60_000) {
  const find = async () =>
    (await status()).topBlockers.find((one) => one.code === code && (component ?? one.component) === one.component);
  let found: Awaited<ReturnType<typeof find>>;
  await until(`the blocker ${code}`, async () => (found = await find()) !== undefined, timeoutMs);
  if (found === undefined) throw new Error('unreachable: it was found');
  return found;
}

async function until(what: string, look: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await look()) return;
    await delay(500);
  }
  const { all } = await bench.run(['status']);
  throw new Error(`waited for ${what} in vain:\n${all}`);
}
