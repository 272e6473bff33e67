import { describe, expect, test } from 'vitest';
import { typedHere } from '../../client/site/hints.ts';
import type { CallContext } from '../../client/site/hints.ts';
import { onceChecked, onceInstalled } from '../../client/render/once-installed.ts';
import { openSite, recordSite } from '../../client/site/site.ts';
import type { Site } from '../../client/site/site.ts';
import { makeBlocker } from '../../diagnosis/index.ts';
import { blockerCode } from '../../model/blocker.ts';
import { testSpec } from '../support/spec.ts';
import { progressIn } from './support/progress.ts';
import { NOW, runClient, temporaryFolder, testIo } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

/** Every next action that the diagnosis knows, for a site of this name. */
function nextActions(siteId: string): (readonly [string, string])[] {
  return blockerCode.options.map((code) => {
    const where = { component: 'alga-core', tier: 'login', object: 'Pod msp/alga-core-0' } as const;
    const context = { ...where, at: '2026-05-01T12:00:00Z', siteId, nodeIp: '192.0.2.10', facts: {} };
    return [code, makeBlocker(code, context).nextAction] as const;
  });
}

interface Where {
  readonly home: string;
  readonly options?: Record<string, string>;
  readonly kind?: Pick<Site, 'simulated' | 'isImplied'>;
}

async function typist({ home, options = {}, kind }: Where): Promise<(text: string) => string> {
  const { io } = testIo('/home/anna');
  const context: CallContext = { options, io };
  const site = await openSite(home, 'berlin', kind);
  return (text) => typedHere(context, site, text);
}

/** Their `start` is the same order once more, or another site's. */
const BEGINS_NO_OTHER: readonly string[] = ['site-folder-missing', 'foreign-cluster'];

describe.each(nextActions('berlin'))('the next action of %s', (code, nextAction) => {
  test('names the folder that is meant, wherever it is', async () => {
    const typed = await typist({ home: '/srv/appliances' });
    expect(typed(nextAction)).not.toContain('~/.alga-psa-appliance');
    for (const [path] of nextAction.matchAll(/~\/\.alga-psa-appliance\S*/g))
      expect(typed(nextAction)).toContain(path.replace('~/.alga-psa-appliance', '/srv/appliances'));
  });

  test('comes back to this site, with the flags that led here', async () => {
    const typed = (await typist({ home: '/srv/my sites', options: { configDir: '/srv/my sites' } }))(nextAction);
    for (const [, call = ''] of typed.matchAll(/`appliance-client ([^`]+)`/g)) {
      // What explains a command is the same for every site.
      if (call.includes('--help')) continue;
      expect(call.match(/--site berlin/g)).toHaveLength(1);
      expect(call.match(/--config-dir '\/srv\/my sites'/g)).toHaveLength(1);
    }
  });

  test('ends the install that runs before it begins another: `start` is refused, or joins, while one does', () => {
    const begun = nextAction.match(/`appliance-client start\b/g) ?? [];
    const ended = nextAction.match(/`appliance-client cancel --site berlin`, then `appliance-client start\b/g) ?? [];
    expect(ended).toHaveLength(BEGINS_NO_OTHER.includes(code) ? 0 : begun.length);
  });

  test('is right for a check or an install that is over: nobody is there to be told', () => {
    for (const over of [onceChecked(nextAction), onceInstalled(nextAction)]) {
      expect(over).not.toMatch(/appliance-client (?:retry|set|cancel)\b/);
      expect(over).not.toMatch(/installer (?:looks again|goes on|keeps looking)/);
      expect(over).not.toBe('');
    }
  });
});

test('a folder of the person is written with a tilde, one with blanks in quotes', async () => {
  const text = 'Look into `~/.alga-psa-appliance/berlin/kubeconfig`.';
  expect((await typist({ home: '/home/anna/sites' }))(text)).toBe('Look into `~/sites/berlin/kubeconfig`.');
  expect((await typist({ home: '/home/anna/.alga-psa-appliance' }))(text)).toBe(text);
});

test('the folder of a simulated site is named once, wherever the sites lie', async () => {
  const kind = { simulated: true, isImplied: true };
  const text = 'Look into `~/.alga-psa-appliance/berlin/kubeconfig` and `~/.alga-psa-appliance/berlin-2`.';
  for (const [home, at] of [
    ['/home/anna/.alga-psa-appliance/.simulation', '~/.alga-psa-appliance/.simulation'],
    ['/srv/x/.simulation', '/srv/x/.simulation'],
  ] as const)
    expect((await typist({ home, kind }))(text)).toBe(`Look into \`${at}/berlin/kubeconfig\` and \`${at}/berlin-2\`.`);
});

test('what is begun for a simulated site is a simulation again', async () => {
  const typed = await typist({ home: '/srv/x', kind: { simulated: true, isImplied: true } });
  expect(typed('`appliance-client start --recover`')).toBe('`appliance-client start --simulate --recover`');
});

const UNRESOLVED = makeBlocker('dns-resolution-failure', {
  component: 'talos',
  tier: 'platform',
  object: 'node 192.0.2.10',
  at: '2026-05-01T12:00:00Z',
});
const parked = progressIn('host', { siteId: 'berlin', state: 'parked', blockers: [UNRESOLVED] }, 'blocked');

describe('of several sites, every hint names the one it is about', () => {
  test.each(['status', 'resume'])('%s', async (command) => {
    const home = await temporaryFolder();
    for (const siteId of ['berlin', 'paris']) await recordSite(await openSite(home, siteId), testSpec({ siteId }), NOW);
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(parked) }] });
    const argv = [command, '--site', 'berlin', ...(command === 'resume' ? ['--exit-on-block'] : [])];
    const { stdout, stderr } = await runClient(argv, { home, services });
    const calls = [...`${stdout}${stderr}`.matchAll(/`appliance-client ([^`]+)`/g)].map(([, call]) => call);
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(call).toContain('--site berlin');
  });
});
