import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordHolder, recordedHolder } from '../../holder/hold.ts';
import { orderWorkflowId } from '../../model/workflow-contract.ts';
import { giveConsent, hasConsent } from '../../site-folder/consent.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { installIn, readSiteRecord, writeSiteRecord } from '../../site-folder/record.ts';
import { currentOperator } from '../../site-folder/operator.ts';
import type { InstallView } from '../../client/install/view.ts';
import { orderedHome } from './support/ordered-home.ts';
import { NOW, runClient } from './support/run-client.ts';
import type { Run } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

/** A laptop before the appliance has an API server. Its Temporal server knows no install of the site, unless `found` says of one. */
async function secondLaptop(found: InstallView | null = null): Promise<{
  readonly folder: ReturnType<typeof siteFolder>;
  readonly me: string;
  readonly calls: string[];
  run(...argv: string[]): Promise<Run>;
  resume(...flags: string[]): Promise<Run>;
}> {
  const { home, siteId } = await orderedHome();
  const env = { XDG_STATE_HOME: join(home, '.state') };
  let isTaken = false;
  const calls: string[] = [];
  const { services } = scriptedInstalls({
    scenes: [],
    installs: {
      view: async () => (isTaken ? running(null) : found),
      takeUp: async (spec, state, record) => {
        await record({ siteUid: SITE_UID, workflowId: orderWorkflowId(siteId, SITE_UID, 'later') });
        isTaken = true;
        calls.push(`${spec.mode}, ${state === null ? 'from the first step' : state.handedOn}`);
      },
      terminate: async (_, reason) => void calls.push(`end: ${reason}`),
    },
  });
  return {
    folder: siteFolder(home, siteId),
    me: (await currentOperator(env)).operatorId,
    calls,
    run: (...argv) => runClient([...argv, '--site', siteId], { home, env, services }),
    resume: (...flags) => runClient(['resume', '--detach', '--site', siteId, ...flags], { home, env, services }),
  };
}

const SITE_UID = '5e1f0a4c-0000-4000-8000-000000000001';
const anna = { operatorId: randomUUID(), epoch: 4, name: 'anna@station-1', since: NOW.toISOString() };

test('before there is an API server the folder alone says it, and that is said', async () => {
  const { folder, me, calls, resume } = await secondLaptop();
  await recordHolder(folder, anna);
  await giveConsent(folder, 'data-1', NOW);
  const asked = await resume();
  expect(asked.exit).toBe(6);
  expect(asked.stderr).toContain('is held by anna@station-1 since 2026-05-01T12:00:00.000Z (epoch 4).');
  expect(asked.stderr).toContain('It has no API server yet, so the other machine cannot be fenced off');
  expect(asked.stderr).toContain('it continues from the first step, and each step checks before it acts.');
  expect([calls, await recordedHolder(folder), await hasConsent(folder, 'data-1')]).toEqual([[], anna, true]);

  const taken = await resume('--take-over');
  expect([taken.exit, calls]).toEqual([0, ['fresh, from the first step']]);
  expect(await recordedHolder(folder)).toMatchObject({ operatorId: me, epoch: 5 });
  expect(installIn(await readSiteRecord(folder))).toMatch(/\/later$/);
  // What is on the node by now may be what that very install has made.
  expect(await hasConsent(folder, 'data-1')).toBe(false);
});

test('before anybody is on record, the queue that its run is in says whose it is, in the same words', async () => {
  const { calls, run, resume } = await secondLaptop(running(null, { isServedElsewhere: true }));
  const order = ['--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/a/appliance.git'];
  for (const call of [
    ['status'],
    ['progress'],
    ['diagnose'],
    ['retry'],
    ['pause'],
    ['set', '--dns-servers', '1.1.1.1'],
    ['cancel', '--yes'],
    ['start', '--fresh', '--detach', ...order],
  ]) {
    const { exit, stderr } = await run(...call);
    expect([call[0], exit, stderr]).toEqual([call[0], 6, expect.stringContaining('This machine changes nothing.')]);
    expect(stderr).toContain('resume --take-over` here: that ends');
  }
  const asked = await resume();
  expect([asked.exit, asked.stderr]).toEqual([6, expect.stringContaining('in the queue of another user or machine')]);
  expect(calls).toEqual([]);
  expect((await resume('--take-over')).exit).toBe(0);
  expect(calls).toEqual(['end: the site was taken over', 'fresh, from the first step']);
});

test('a run that a takeover has ended is gone on with once that is agreed to; one that a person has ended is not', async () => {
  const ended = (changes: Partial<InstallView>): InstallView => running(null, { run: 'TERMINATED', ...changes });
  const taken = await secondLaptop(ended({ isTakenOver: true }));
  await recordHolder(taken.folder, { ...anna, operatorId: taken.me });
  const asked = await taken.resume();
  expect([asked.exit, asked.stderr]).toEqual([6, expect.stringContaining('was ended by a takeover')]);
  expect((await taken.resume('--take-over')).exit).toBe(0);
  expect(taken.calls).toEqual(['fresh, from the first step']);

  const cancelled = await secondLaptop(ended({}));
  await recordHolder(cancelled.folder, { ...anna, operatorId: cancelled.me });
  await cancelled.resume('--take-over');
  expect(cancelled.calls).toEqual([]);
});

test('keys that did not come along with the folder are made anew by a takeover, and by nothing before it', async () => {
  const { folder, calls, run, resume } = await secondLaptop();
  await recordHolder(folder, anna);
  const record = await readSiteRecord(folder);
  if (record === null) throw new Error('the site was ordered');
  await writeSiteRecord(folder, { ...record, payloadKeys: ['0123456789abcdef'] });
  for (const { exit, stderr } of [await run('retry'), await resume()])
    expect([exit, stderr]).toEqual([6, expect.stringContaining('is held by anna@station-1')]);
  expect((await readSiteRecord(folder))?.payloadKeys).toEqual(['0123456789abcdef']);
  const taken = await resume('--take-over');
  expect([taken.exit, taken.stderr]).toEqual([0, expect.stringContaining('payload-keys.json does not exist')]);
  expect(calls).toEqual(['fresh, from the first step']);
  expect((await readSiteRecord(folder))?.payloadKeys).toEqual([]);
});

test('who has no keys of it does not cancel what another one runs', async () => {
  const { folder, calls, run } = await secondLaptop(running(null, { isServedElsewhere: true }));
  const record = await readSiteRecord(folder);
  if (record === null) throw new Error('the site was ordered');
  await writeSiteRecord(folder, { ...record, payloadKeys: ['0123456789abcdef'] });
  const { exit, stderr } = await run('cancel', '--yes');
  expect([exit, stderr, calls]).toEqual([6, expect.stringContaining('This machine changes nothing'), []]);
});

test('who holds the site and has lost the server goes on without being asked', async () => {
  const { folder, me, calls, resume } = await secondLaptop();
  await recordHolder(folder, { ...anna, operatorId: me });
  const { exit, stderr } = await resume();
  expect([exit, calls]).toEqual([0, ['fresh, from the first step']]);
  expect(stderr).toContain('has no open install of it');
  expect((await recordedHolder(folder))?.epoch).toBe(4);
});

test('a copy that is cut or another site’s is left aside with a word', async () => {
  const { folder, resume } = await secondLaptop();
  await recordHolder(folder, anna);
  await folder.write('install.json', '{"apiVersion": "appliance.alga-psa/v1", "kind": "CarriedInst');
  expect((await resume()).stderr).toContain('install.json: it cannot be read (it is empty, cut or not JSON).');
  const other = join(import.meta.dirname, '../fixtures/documents/CarriedInstall.v1.json');
  await folder.write('install.json', await readFile(other, 'utf8'));
  const { exit, stderr } = await resume();
  expect([exit, stderr]).toEqual([6, expect.stringContaining('install.json: it belongs to another site')]);
});

test('where nothing was ever done there is nothing to take over', async () => {
  const { resume } = await secondLaptop();
  const { exit, stderr } = await resume('--take-over');
  expect([exit, stderr]).toEqual([2, expect.stringContaining('on this machine. Start one')]);
});

test('whatever asks of the install, or changes something of the site, says who holds it', async () => {
  const { folder, calls, run } = await secondLaptop();
  await recordHolder(folder, anna);
  const before = await folder.list();
  for (const call of [['progress'], ['diagnose'], ['codec', 'rotate'], ['cancel', '--yes']]) {
    const { exit, stderr } = await run(...call);
    expect([call, exit, stderr]).toEqual([call, 6, expect.stringContaining('is held by anna@station-1')]);
  }
  expect([calls, await folder.list()]).toEqual([[], before]);
});

test('a holder that cannot be read stops `cancel` before it ends anything, and the way out is said', async () => {
  const { folder, run } = await secondLaptop(running(null));
  await folder.write('holder.json', '');
  const { exit, stderr } = await run('cancel', '--yes');
  expect([exit, stderr]).toEqual([2, expect.stringContaining('move it away: the appliance itself records who holds')]);
});
