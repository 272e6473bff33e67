import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { HttpAnswer } from '../../observation/index.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import type { Services } from '../../client/services.ts';
import { detailsOf } from '../../kubernetes/rows.ts';
import { POD_COLUMNS } from '../../model/pod-columns.ts';
import { podList } from '../../model/pod-list.ts';
import { statusDocument } from '../../model/status.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { podTable } from '../../status-service/pages/parts/pods.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { crashing } from '../diagnosis/faults.ts';
import { SEEDS } from '../diagnosis/seeds.ts';
import { diagnose } from '../support/diagnosed.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { pod } from './support/pod.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = [
  'start',
  '--fresh',
  '--node-ip',
  '192.0.2.10',
  '--repo-url',
  'https://git.example.org/alga/appliance.git',
];
const SITE = 'appliance-single-node';

/** A folder with a site whose cluster has a kubeconfig. */
async function installed(): Promise<string> {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  await runClient([...GOOD, '--detach'], { home, services });
  await writeFile(join(home, SITE, 'kubeconfig'), OWN_KUBECONFIG);
  await writeFile(join(home, SITE, 'status-token'), 'token-1\n');
  return home;
}

const PODS = [
  pod('db-0', { createdAt: '2026-05-01T10:00:00Z' }),
  pod('alga-core-sebastian-6d5-x2', { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }),
  pod('alga-core-sebastian-bootstrap-1-abcde', { createdAt: '2026-05-01T11:00:00Z' }),
  pod('alga-core-sebastian-bootstrap-2-fghij', { createdAt: '2026-05-01T11:30:00Z', restarts: 3 }),
  pod('coredns-5d', { namespace: 'kube-system' }),
];

describe('pods and logs', () => {
  test('pods lists every pod with its component and what it waits for', async () => {
    const services = { reader: async () => fakeKubernetes(PODS).reader };
    const { exit, stdout } = await runClient(['pods'], { home: await installed(), services });
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot('golden/pods.txt');
  });

  test('pods and the page show one row a pod, and neither the secret in its message', async () => {
    const message = 'dial postgres://app_user:hunter2secret@db:5432/server: refused';
    const kubernetes = fakeKubernetes([...PODS, pod('redis-0', { waiting: { reason: 'CrashLoopBackOff', message } })]);
    const services = { reader: async () => kubernetes.reader };
    const { stdout } = await runClient(['pods', '-o', 'json'], { home: await installed(), services });
    const told = podList.parse(JSON.parse(stdout));
    const shown = detailsOf([...PODS, pod('redis-0', { waiting: { reason: 'CrashLoopBackOff', message } })]).pods;
    expect(told).toEqual(
      shown.map(({ componentName, ready, ...row }) => ({
        ...row,
        component: componentName,
        ready: `${ready}/${row.containers.length}`,
      })),
    );
    expect(told.slice(0, 2).map(({ name }) => name)).toEqual(['alga-core-sebastian-6d5-x2', 'redis-0']);
    expect(stdout).toContain('postgres://app_user:[redacted]@db:5432/server');
    expect(stdout).not.toContain('hunter2');
  });

  test('every column is a field of the JSON, and a heading in the terminal and on the page', async () => {
    const services = { reader: async () => fakeKubernetes(PODS).reader };
    const home = await installed();
    const [first] = podList.parse(JSON.parse((await runClient(['pods', '-o', 'json'], { home, services })).stdout));
    const [headings = ''] = (await runClient(['pods'], { home, services })).stdout.split('\n');
    const page = String(await podTable(detailsOf(PODS).pods, NOW.toISOString()));
    for (const { key, title } of POD_COLUMNS) {
      expect(Object.keys(first ?? {})).toContain(key);
      expect(headings.split(/\s+/)).toContain(title.toUpperCase());
      expect(page).toContain(`<th scope="col">${title}</th>`);
    }
  });

  test.each([
    ['is missing is null', undefined, null],
    [
      'is shown without its secrets',
      'postgres://app_user:hunter2secret@db:5432/server',
      'postgres://app_user:[redacted]@db:5432/server',
    ],
  ])('a field of a pod that %s', (_what, value, shown) => {
    const one = pod('db-0');
    const odd = { ...one, metadata: { ...one.metadata, creationTimestamp: value } };
    expect(detailsOf([odd]).pods).toMatchObject([{ name: 'db-0', createdAt: shown }]);
  });

  test('logs of a component are those of its newest pod', async () => {
    const kubernetes = fakeKubernetes(PODS);
    kubernetes.logTexts.set('alga-core-sebastian-bootstrap-2-fghij/main', 'one\ntwo\nthree');
    const services = { reader: async () => kubernetes.reader };
    const { exit, stdout, stderr } = await runClient(['logs', 'bootstrap', '--tail', '2'], {
      home: await installed(),
      services,
    });
    expect(exit).toBe(0);
    expect(stdout).toBe('two\nthree\n');
    expect(stderr).toContain('Log of msp/alga-core-sebastian-bootstrap-2-fghij, container main:');
  });

  test('logs without a name are those of the worker', async () => {
    const home = await installed();
    await mkdir(join(home, '.temporal'));
    await writeFile(join(home, '.temporal', 'worker.log'), 'one\ntwo\n');
    expect((await runClient(['logs', '--tail', '1'], { home })).stdout).toBe('two\n');
  });

  test.each<[argv: string[], exit: number, says: string]>([
    [['logs', 'nothing'], 2, 'no pod or component nothing. Available: alga-core, bootstrap, coredns, db'],
    [['logs', 'db', '--container', 'other'], 7, 'container other is not valid for pod db-0'],
    [['logs', 'db', '--tail', 'many'], 2, '--tail "many": expected a whole number above 0'],
  ])('%j ends with %i', async (argv, exitCode, says) => {
    const services = { reader: async () => fakeKubernetes(PODS).reader };
    const { exit, stderr } = await runClient(argv, { home: await installed(), services });
    expect(exit).toBe(exitCode);
    expect(stderr).toContain(says);
  });

  test.each(['pods', 'logs db', 'token rotate'])('%s without a cluster ends with 7', async (command) => {
    const home = await temporaryFolder();
    const { exit, stderr } = await runClient(command.split(' '), { home });
    expect(exit).toBe(7);
    expect(stderr).toContain('No kubeconfig for appliance-single-node');
  });

  test.each(['pods', 'logs db', 'token rotate'])(
    '%s with a kubeconfig that names a program ends with 7',
    async (command) => {
      const home = await installed();
      const file = join(home, SITE, 'kubeconfig');
      await writeFile(file, OWN_KUBECONFIG.replace('    user:', '    user:\n      exec: { command: /tmp/program }'));
      const { exit, stderr } = await runClient(command.split(' '), { home, services: { reader: unexpected } });
      expect(exit).toBe(7);
      expect(stderr).toContain(`${file} is not used: it contains "exec" in users.0.user`);
      expect(stderr).toContain('start --recover');
    },
  );

  test('a cluster that does not answer ends with 7', async () => {
    const kubernetes = fakeKubernetes(PODS);
    kubernetes.isAway = true;
    const { exit, stderr } = await runClient(['pods'], {
      home: await installed(),
      services: { reader: async () => kubernetes.reader },
    });
    expect(exit).toBe(7);
    expect(stderr).toContain('ECONNREFUSED');
  });
});

describe('token', () => {
  test('show prints the token and nothing else', async () => {
    const { exit, stdout, stderr } = await runClient(['token', 'show'], { home: await installed() });
    expect([exit, stdout, stderr]).toEqual([0, 'token-1\n', '']);
  });

  test('rotate gives the cluster a new one first, then the folder', async () => {
    const home = await installed();
    const { cluster } = fakeKubernetes([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'appliance-system' } },
    ]);
    const given: string[] = [];
    const taking: Cluster = {
      ...cluster,
      apply: async (object, ...rest) => {
        expect(await readFile(join(home, SITE, 'status-token'), 'utf8')).toBe('token-1\n');
        given.push(Buffer.from((object['data'] as { token: string }).token, 'base64').toString());
        return cluster.apply(object, ...rest);
      },
    };
    const { exit, stdout } = await runClient(['token', 'rotate'], { home, services: { cluster: async () => taking } });
    expect(exit).toBe(0);
    expect(stdout).toBe(`${given[0]}\n`);
    expect(given[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(join(home, SITE, 'status-token'), 'utf8')).toBe(stdout);
    expect((await stat(join(home, SITE, 'status-token'))).mode & 0o777).toBe(0o600);
  });

  test('before the install made one, it says so', async () => {
    const { exit, stderr } = await runClient(['token']);
    expect(exit).toBe(7);
    expect(stderr).toContain('No token for the status page yet');
  });
});

/** A healthy appliance, but for one thing about the pod of the Temporal server. */
function temporalPodWithout(what: 'service links' | 'autosetup' | 'pod'): Snapshot {
  const whole = appliance();
  const items = (whole.kubernetes?.items ?? []).flatMap((item) => {
    if (
      item.kind !== 'Pod' ||
      !item.metadata.name.startsWith('temporal-') ||
      /^temporal-(ui|worker)/.test(item.metadata.name)
    )
      return [item];
    if (what === 'pod') return [];
    const text = JSON.stringify(item);
    const changed =
      what === 'autosetup'
        ? text.replace('"autosetup"', '"start"')
        : text.replace('"enableServiceLinks":false', '"enableServiceLinks":true');
    expect(changed).not.toBe(text);
    return [JSON.parse(changed)];
  });
  return { ...whole, kubernetes: { items, error: null, missing: [] } };
}

describe('smoke', () => {
  const documentOf = (snapshot: Snapshot): string => JSON.stringify(diagnose(snapshot, { now: NOW }).status);
  const HEALTHY = documentOf(appliance());
  const STATUS = 'http://192.0.2.10:8080/api/status';
  const APPLICATION = 'http://192.0.2.10:3000';
  const UP: Record<string, HttpAnswer> = {
    'http://192.0.2.10:8080/healthz': { status: 200, location: null, error: null },
    [APPLICATION]: { status: 307, location: '/msp/dashboard', error: null },
    [STATUS]: { status: 200, location: null, error: null, body: HEALTHY },
  };
  const DOWN: HttpAnswer = { status: null, location: null, error: 'connect ECONNREFUSED' };
  const page = (body: string): Partial<Services> => ({
    get: async (url) => (url === STATUS ? { status: 200, location: null, error: null, body } : (UP[url] ?? DOWN)),
  });

  test('verify: everything answers, the token of this folder opens the page, and all that must be there is', async () => {
    const sent: string[] = [];
    const services: Partial<Services> = {
      get: async (url, { headers }) => {
        sent.push(`${url} ${headers?.['authorization'] ?? ''}`);
        return UP[url] ?? DOWN;
      },
    };
    const { exit, stdout } = await runClient(['smoke', 'verify'], { home: await installed(), services });
    await expect(stdout).toMatchFileSnapshot('golden/smoke-verify.txt');
    expect(exit).toBe(0);
    expect(sent.toSorted()).toEqual([`${APPLICATION} `, `${STATUS} Bearer token-1`, 'http://192.0.2.10:8080/healthz ']);
  });

  test.each<[answer: HttpAnswer, up: boolean]>([
    [{ status: 200, location: null, error: null }, true],
    [{ status: 302, location: 'http://192.0.2.10:3000/auth/signin?x=1', error: null }, true],
    [{ status: 307, location: '/login', error: null }, true],
    [{ status: 302, location: '/maintenance', error: null }, false],
    [{ status: 302, location: '/maintenance?next=/login', error: null }, false],
    [{ status: 303, location: '/msp/dashboard', error: null }, true],
    [{ status: 502, location: null, error: null }, false],
    [DOWN, false],
  ])('the application that answers %j', async (answer, up) => {
    const services = { get: async (url: string) => (url.endsWith(':3000') ? answer : (UP[url] ?? DOWN)) };
    const { exit } = await runClient(['smoke', 'verify'], { home: await installed(), services });
    expect(exit).toBe(up ? 0 : 4);
  });

  const seed = (name: string): string => documentOf(SEEDS[name]?.() ?? appliance());
  test.each<[what: string, body: string, flags: string[], exit: number, says: string]>([
    ['no status document', '<html>', [], 4, 'status document is not up'],
    ['a background service without its image', seed('background-image-missing'), [], 0, 'blockers ok: '],
    [
      'the background blocker that was expected',
      seed('background-image-missing'),
      ['--expect-blocker', 'image-tag-missing'],
      0,
      'expected blocker image-tag-missing ok: found, in the background',
    ],
    [
      'another one than was expected',
      seed('background-image-missing'),
      ['--expect-blocker', 'pvc-unbound'],
      4,
      'expected blocker pvc-unbound not ok: not found',
    ],
    [
      'an application that is being pulled',
      seed('core-image-pulling-for-16-minutes'),
      [],
      4,
      'rollup not ok: Installing',
    ],
    [
      'a database setup that left no users',
      HEALTHY.replace(/"usersCount":\d+/, '"usersCount":0'),
      [],
      4,
      'users not ok: 0 users',
    ],
    [
      'Temporal without its schema',
      documentOf(appliance(crashing('temporal', 'sql schema version compatibility check failed: version mismatch'))),
      [],
      4,
      'Temporal autosetup not ok: ',
    ],
    ...(['service links', 'autosetup'] as const).map((what): [string, string, string[], number, string] => [
      `a healthy Temporal whose pod is wrong in its ${what}`,
      documentOf(temporalPodWithout(what)),
      [],
      4,
      `Temporal ${what} not ok: `,
    ]),
    [
      'a page that does not report Temporal’s pods',
      HEALTHY.replace(/"temporalPods":\{[^}]*\},/, ''),
      [],
      0,
      'service links ok: Temporal: 1 of 1 ready',
    ],
    [
      'no pod of Temporal',
      documentOf(temporalPodWithout('pod')),
      [],
      4,
      'Temporal autosetup not ok: no pod of Temporal found',
    ],
    [
      'Temporal that reads a service link',
      documentOf(appliance(crashing('temporal', 'cannot unmarshal !!str `tcp://10...` into int'))),
      [],
      4,
      'Temporal service links not ok: ',
    ],
  ])('verify of %s', async (_, body, flags, exitCode, says) => {
    const argv = ['smoke', 'verify', ...flags];
    const { exit, stdout } = await runClient(argv, { home: await installed(), services: page(body) });
    expect(stdout).toContain(says);
    expect(exit).toBe(exitCode);
  });

  test('the targets may be given by flag, without any site', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'my-token'), 'token-2\n');
    const sent: string[] = [];
    const services: Partial<Services> = {
      get: async (url, { headers }) => {
        sent.push(`${url} ${headers?.['authorization'] ?? ''}`);
        return url.endsWith('/api/status') ? { status: 200, location: null, error: null, body: HEALTHY } : ok;
      },
    };
    const ok: HttpAnswer = { status: 200, location: null, error: null };
    const flags = '--status-url http://status.example.org/ --app-url https://app.example.org --token-file my-token';
    const { exit } = await runClient(['smoke', 'verify', ...flags.split(' ')], { home, services });
    expect(sent.toSorted()).toEqual([
      'http://status.example.org/api/status Bearer token-2',
      'http://status.example.org/healthz ',
      'https://app.example.org ',
    ]);
    expect(exit).toBe(0);
  });

  test.each([
    [[], 'give --status-url and --app-url'],
    [['--status-url', 'ftp://x', '--app-url', 'http://x'], '--status-url "ftp://x": expected an http or https URL'],
    [['--status-url', 'http://x', '--app-url', 'http://x'], 'with --token-file'],
    [['--status-url', 'http://x', '--app-url', 'http://x', '--token-file', 'no'], '--token-file no cannot be read'],
  ])('without what it needs (%j) it ends with 2', async (flags, says) => {
    const { exit, stderr } = await runClient(['smoke', 'verify', ...flags], {});
    expect(stderr).toContain(says);
    expect(exit).toBe(2);
  });

  const comingUp = (seconds: Record<string, number>) => {
    const { clock } = scriptedInstalls({ scenes: [] });
    const elapsed = (): number => (clock.now().getTime() - NOW.getTime()) / 1000;
    const get = async (url: string): Promise<HttpAnswer> =>
      elapsed() >= (seconds[url] ?? 20) ? (UP[url] ?? DOWN) : DOWN;
    return { clock, get };
  };

  test('monitor says when each came up, never silent for ten seconds', async () => {
    const services = comingUp({ [APPLICATION]: 60, [STATUS]: 30 });
    const { exit, stdout, stderr } = await runClient(['smoke', 'monitor'], { home: await installed(), services });
    expect(stdout).toBe(
      'status page is up: http://192.0.2.10:8080/healthz (HTTP 200), since 20s\napplication is up: http://192.0.2.10:3000 (HTTP 307 to /msp/dashboard), since 1m\nstatus document is up: http://192.0.2.10:8080/api/status (HTTP 200, Fully healthy), since 30s\norder ok: the status API answered before the application\n',
    );
    expect(exit).toBe(0);
    await expect(stderr).toMatchFileSnapshot('golden/smoke-monitor.txt');
  });

  test('monitor: an application that answers before the status API is not the order, whatever comes after', async () => {
    const services = comingUp({ [APPLICATION]: 10, [STATUS]: 30 });
    const { exit, stdout } = await runClient(['smoke', 'monitor'], { home: await installed(), services });
    expect(stdout).toContain('order not ok: the application answered before the status API');
    expect(exit).toBe(4);
  });

  test('verify: a page that another token opens is not this one', async () => {
    const refused: HttpAnswer = { status: 401, location: null, error: null };
    const services = { get: async (url: string) => (url.endsWith('/api/status') ? refused : (UP[url] ?? DOWN)) };
    const { exit, stdout } = await runClient(['smoke', 'verify'], { home: await installed(), services });
    expect(exit).toBe(4);
    expect(stdout).toContain('status document is not up: http://192.0.2.10:8080/api/status (HTTP 401)');
  });

  test('monitor gives up with 5 when its time has passed', async () => {
    const { clock } = scriptedInstalls({ scenes: [] });
    const services = { clock, get: async () => DOWN };
    const { exit, stdout } = await runClient(['smoke', 'monitor', '--timeout', '30s'], {
      home: await installed(),
      services,
    });
    expect(exit).toBe(5);
    expect(stdout).toContain('application is not up: http://192.0.2.10:3000 (connect ECONNREFUSED)');
  });
});

describe('doctor', () => {
  const row = { wanted: '1.12.0', variable: 'APPLIANCE_TALOSCTL', purpose: 'talks to the Talos machine' };

  test('shows where each program was found; ends with 0', async () => {
    const services = {
      programs: async () => [
        { ...row, id: 'talosctl', path: '/usr/bin/talosctl', version: '1.12.0', foundBy: 'path', problem: null },
      ],
    };
    const { exit, stdout } = await runClient(['doctor'], { services });
    expect(exit).toBe(0);
    expect(stdout).toContain('talosctl  1.12.0    1.12.0  path    /usr/bin/talosctl');
  });

  test('ends with 7 and says what to do when one is missing or of another major version', async () => {
    const problem = 'talosctl 1.12.0 is missing.\nTried:\n  - PATH /usr/bin/talosctl: has version 2.0.0';
    const services = {
      programs: async () => [{ ...row, id: 'talosctl', path: null, version: null, foundBy: null, problem }],
    };
    const { exit, stdout, stderr } = await runClient(['doctor'], { services });
    expect(exit).toBe(7);
    expect(stdout).toContain('or set APPLIANCE_TALOSCTL');
    expect(stderr).toContain('has version 2.0.0');
  });
});

describe('worker', () => {
  const worker = {
    pid: 4711,
    startedAt: NOW.toISOString(),
    detached: true,
    address: '127.0.0.1:7233',
    local: true,
    serverStartedNow: false,
    simulate: null,
  };

  test('status shows worker and server', async () => {
    const home = await temporaryFolder();
    const { exit, stdout } = await runClient(['worker'], {
      home,
      services: {
        runningWorker: async (of) => (of === home ? worker : null),
        runningServer: async (of) => (of === home ? { address: '127.0.0.1:7233' } : null),
        runningSupervisor: async (of) => (of === home ? { pid: 4712 } : null),
      },
    });
    expect(exit).toBe(0);
    expect(stdout).toContain('real      running, process 4711  running at 127.0.0.1:7233  process 4712');
    expect(stdout).not.toContain('simulated');
  });

  test.each([
    ['worker', '--stop'],
    ['worker', 'stop'],
  ])('%s %s stops both, of real and simulated installs', async (...argv) => {
    const home = await temporaryFolder();
    const { exit, stdout } = await runClient(argv, {
      home,
      services: { stopBackground: async (options) => ({ worker: options.home === home, server: true }) },
    });
    expect(exit).toBe(0);
    expect(stdout).toBe(
      'Stopped the worker and the Temporal server of real installs.\nStopped the Temporal server of simulated installs.\n',
    );
  });

  test('run shows the log of a worker that ends with it', async () => {
    const home = await temporaryFolder();
    const logFile = join(home, 'worker.log');
    await writeFile(logFile, 'before\n');
    const over = Promise.withResolvers<number | null>();
    const { calls, services } = scriptedInstalls({ scenes: [] });
    const running = runClient(['worker', 'run'], {
      home,
      services: {
        ...services,
        ensureWorker: async (options) => {
          calls.push(`detached ${options.detached}`);
          return { pid: 1, logFile, startedNow: true, detached: false, stop: async () => {}, exited: over.promise };
        },
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(logFile, 'before\nafter\n');
    over.resolve(3);
    const { exit, stderr } = await running;
    expect(exit).toBe(1);
    expect(calls).toContain('detached false');
    expect(stderr).toContain('after\n');
    expect(stderr).not.toContain('before');
    expect(stderr).toContain('The worker ended with exit code 3.');
  });
});

describe('sites and releases', () => {
  test('sites: none, in words', async () => {
    const home = await temporaryFolder();
    expect((await runClient(['sites'], { home })).stdout).toBe(
      `No sites in ${home}. Install one: \`appliance-client start\`.\n`,
    );
  });

  test('sites lists what is recorded', async () => {
    const { stdout } = await runClient(['sites'], { home: await installed() });
    await expect(stdout).toMatchFileSnapshot('golden/sites.txt');
  });

  test('a site whose record cannot be read hides no other', async () => {
    const home = await installed();
    const file = join(home, 'broken', 'site.json');
    await mkdir(join(home, 'broken'));
    await writeFile(file, '');
    const { exit, stdout, stderr } = await runClient(['sites'], { home });
    expect(exit).toBe(2);
    expect(stdout).toContain('appliance-single-node');
    expect(stderr).toContain(`Skipped a site: ${file}`);
  });

  test('releases list, show and validate read the releases that come with the client', async () => {
    expect((await runClient(['releases'])).stdout).toMatch(/^1\.0 +candidate, nightly, stable +1\.0 +v1\.12\.0/m);
    expect((await runClient(['releases', 'show', '1.0-rc5'])).stdout).toContain(
      'ghcr.io/nine-minds/workflow-worker:a2cbb43',
    );
    expect((await runClient(['releases', 'validate'])).exit).toBe(0);
  });

  test('a release that is not sound ends with 2, with file and field', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'release.json'), '{"releaseVersion": "1.0", "talos": {"version": "twelve"}}');
    const { exit, stdout } = await runClient(['releases', 'validate', 'release.json'], { cwd: folder });
    expect(exit).toBe(2);
    expect(stdout).toContain('  release.json: talos.version: expected a version such as v1.12.0');
    expect((await runClient(['releases', 'validate', 'nothing.json'], { cwd: folder })).exit).toBe(2);
    expect((await runClient(['releases', 'show', '9.9'])).exit).toBe(2);
    expect((await runClient(['releases', 'show'])).exit).toBe(2);
  });
});

describe('diagnose', () => {
  const snapshot = {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: '2026-05-01T12:00:00Z',
    site: { siteId: 'site-1', nodeIp: '192.0.2.10', appUrl: 'http://192.0.2.10:3000' },
  };

  test('--from a file, a folder and standard input give the same document', async () => {
    const cwd = await temporaryFolder();
    const text = JSON.stringify(snapshot);
    await writeFile(join(cwd, 'snapshot.json'), text);
    const of = async (from: string): Promise<unknown> =>
      JSON.parse((await runClient(['diagnose', '--from', from, '-o', 'json'], { cwd, stdin: text })).stdout);
    const document = statusDocument.parse(await of('snapshot.json'));
    expect(document.siteId).toBe('site-1');
    expect(document.rollup.state).toBe('unknown');
    expect(await of('.')).toEqual(document);
    expect(await of('-')).toEqual(document);
  });

  test('--from a list of kubectl that PowerShell wrote into a file', async () => {
    const cwd = await temporaryFolder();
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name: 'n' },
          status: {
            conditions: [
              {
                type: 'Ready',
                status: 'Unknown',
                reason: 'NodeStatusUnknown',
                message: 'Kubelet stopped posting node status.',
              },
            ],
          },
        },
      ],
    });
    await writeFile(join(cwd, 'list.json'), `\ufeff${list}\r\n`, 'utf16le');
    const { exit, stdout } = await runClient(['diagnose', '--from', 'list.json', '-o', 'json'], { cwd });
    expect(statusDocument.parse(JSON.parse(stdout)).topBlockers.map((one) => one.code)).toEqual(['node-not-ready']);
    expect(exit).toBe(4);
  });

  test('--explain adds the graph', async () => {
    const { stdout } = await runClient(['diagnose', '--from', '-', '--explain', '-o', 'json'], {
      stdin: JSON.stringify(snapshot),
    });
    expect(Object.keys(JSON.parse(stdout))).toEqual(['status', 'graph']);
    const words = await runClient(['diagnose', '--from', '-', '--explain'], { stdin: JSON.stringify(snapshot) });
    expect(words.stdout).toContain('No cause found.');
  });

  test('--explain shows what led to a cause, what follows from it, and what was ruled out', async () => {
    const { stdout } = await runClient(['diagnose', '--from', '-', '--explain'], {
      stdin: JSON.stringify(SEEDS['sub-path-under-helm-time-out']?.()),
    });
    const told = stdout.slice(stdout.indexOf('Causes, and how'));
    await expect(told).toMatchFileSnapshot('golden/explain-sub-path.txt');
  });

  test('--save writes what was looked at, for its owner alone, with no secret in it; --from reads it to the same end', async () => {
    const cwd = await temporaryFolder();
    const log = 'error: password authentication failed for user "app_user"\nDB_PASSWORD_SERVER=hunter2hunter2';
    const died = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'alga-core-sebastian-5f6d7c8b9a-q8w7e', namespace: 'msp' },
      spec: { containers: [{ name: 'sebastian', env: [{ name: 'NEXTAUTH_SECRET', value: 'hunter2hunter2' }] }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'sebastian',
            restartCount: 9,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          },
        ],
      },
    };
    const logs = [{ namespace: 'msp', pod: died.metadata.name, container: 'sebastian', previous: true, text: log }];
    const stdin = JSON.stringify({ ...snapshot, kubernetes: { items: [died] }, logs });
    const first = await runClient(['diagnose', '--from', '-', '--save', 'seen.json', '-o', 'json'], { cwd, stdin });
    const saved = join(cwd, 'seen.json');
    expect(first.stderr).toContain('seen.json');
    expect((await stat(saved)).mode & 0o777).toBe(0o600);
    expect(await readFile(saved, 'utf8')).not.toContain('hunter2');
    const again = await runClient(['diagnose', '--from', 'seen.json', '-o', 'json'], { cwd });
    expect(statusDocument.parse(JSON.parse(again.stdout)).topBlockers.map((one) => one.code)).toEqual([
      'database-auth-failed',
    ]);
    expect(again.stdout).toBe(first.stdout);
  });

  test('--save where nothing can be written ends with 2', async () => {
    const argv = ['diagnose', '--from', '-', '--save', 'nowhere/seen.json'];
    const { exit, stderr } = await runClient(argv, { cwd: await temporaryFolder(), stdin: JSON.stringify(snapshot) });
    expect(exit).toBe(2);
    expect(stderr).toContain('--save: cannot write nowhere/seen.json (ENOENT)');
  });

  test.each([
    ['nothing.json', '', 'cannot be read (ENOENT)'],
    ['-', '{"kind":', 'is not JSON'],
    ['-', '{"kind": "Pod"}', 'Its kind is Pod; expected kind Snapshot, or a list as `kubectl get … -o json`'],
    ['-', '{"kind": "Snapshot"}', 'is not a snapshot of an appliance.\n'],
    ['-', ' \n', '--from - is empty.'],
    ['-', 'not\nof\nthis\nkind', /^error: --from - is not JSON: .+kind.+$/m],
    ['-', '{"apiVersion":"appliance.alga-psa/v1","kind":"Snapshot","takenAt":"2026', 'is not JSON'],
  ])('--from %s %s ends with 2', async (from, stdin, says) => {
    const { exit, stderr } = await runClient(['diagnose', '--from', from], { stdin });
    expect(exit).toBe(2);
    expect(stderr).toMatch(says);
  });
});

function unexpected(): never {
  throw new Error('nobody is to be asked');
}
