import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { execa } from 'execa';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { talosControl } from '../../lab/parts/talos-control.ts';
import { REGISTRY_LOG, folderOf, readRecord } from '../../lab/place.ts';
import type { LabRecord } from '../../lab/place.ts';
import { kill } from '../../lab/remove.ts';
import { run } from '../charts/programs.ts';
import { generateConfig } from '../lab-parts/support/installation.ts';
import { talosctl, talosctlOk } from '../lab-parts/support/talosctl.ts';
import { marksOf, processIds, tracesOf } from './traces.ts';
import type { LabMarks } from './traces.ts';
import { needs } from '../support/needs.ts';

needs('lab');

/** Two labs by the real command; the first gets a node that runs. */
const suffix = randomBytes(2).toString('hex');
const [FIRST, SECOND] = [`first-${suffix}`, `second-${suffix}`];
const MAIN = path.join(import.meta.dirname, '../../lab/main.ts');
const COREDNS = '/v2/coredns/coredns/manifests/v1.12.0';
const BRANCH = 'refs/heads/release/1.0';
let folder: string;
let first: LabRecord;
let second: LabRecord;
let firstMarks: LabMarks;
let secondMarks: LabMarks;

const lab = (name: string, ...words: string[]) =>
  execa(process.execPath, [MAIN, ...words, '--name', name], { all: true, reject: false, timeout: 400_000 });

async function up(name: string): Promise<LabRecord> {
  const brought = await lab(name, 'up');
  expect(brought.exitCode, brought.all).toBe(0);
  const record = await readRecord(name);
  if (record === null) throw new Error(`${name} is up and nothing is written down of it`);
  return record;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'up-and-down-'));
  first = await up(FIRST);
  second = await up(SECOND);
  firstMarks = await marksOf(first);
  secondMarks = await marksOf(second);
}, 600_000);
afterAll(async () => {
  for (const name of [FIRST, SECOND]) await lab(name, 'down');
  await rm(folder, { recursive: true, force: true });
}, 120_000);

const gitOf = ({ git }: LabRecord, branch = BRANCH) =>
  execa('git', ['ls-remote', '--exit-code', git, branch], {
    all: true,
    reject: false,
    env: { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' },
  });
const image = async ({ registry }: LabRecord, name: string) => {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const answer = await request(`http://${registry}/v2/${name}`, { headers: { accept } });
  await answer.body.dump();
  return answer.statusCode;
};
const disks = ({ nodeAddress }: LabRecord) => talosctl(['get', 'disks', '--insecure', '-n', nodeAddress]);

describe('two labs side by side', () => {
  test('wait in maintenance mode at addresses of their own', async () => {
    expect(first.nodeAddress).not.toBe(second.nodeAddress);
    for (const record of [first, second]) {
      expect((await disks(record)).stdout).toContain('sda');
      const { stdout } = await lab(record.name, 'status');
      expect(stdout).toContain(`${record.nodeAddress}, maintenance`);
      expect(stdout).toContain('faults    none');
    }
    const again = await lab(FIRST, 'up');
    expect(again).toMatchObject({ exitCode: 6, stdout: '' });
    expect(again.all).toContain('is up already');
  });

  test('a fault is played by one of them, from when it is asked for until it is taken back', async () => {
    const played = await lab(FIRST, 'fault', 'git-refused', 'image-missing=redis', 'machine-off');
    expect(played.exitCode, played.all).toBe(0);
    expect((await lab(FIRST, 'status')).stdout).toContain('faults    git-refused, image-missing=redis, machine-off');
    expect((await gitOf(first)).all).toContain('could not read Username');
    expect(await image(first, 'library/redis/manifests/7.4.9-alpine')).toBe(404);
    expect(await image(first, 'library/busybox/manifests/1.36.1')).toBe(200);
    expect((await disks(first)).stderr).toContain('connection refused');

    expect(await gitOf(second)).toMatchObject({ exitCode: 0 });
    expect(await image(second, 'library/redis/manifests/7.4.9-alpine')).toBe(200);
    expect((await disks(second)).exitCode).toBe(0);

    expect((await lab(FIRST, 'fault', 'none')).all).toContain('plays no fault now');
    expect(await gitOf(first)).toMatchObject({ exitCode: 0 });
    expect(await image(first, 'library/redis/manifests/7.4.9-alpine')).toBe(200);
    await vi.waitFor(async () => expect((await disks(first)).exitCode).toBe(0), { timeout: 10_000 });
  });

  test('a branch is missing; a commit is broken; both are mended', async () => {
    await lab(FIRST, 'fault', 'git-branch-missing');
    expect(await gitOf(first)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await gitOf(first, 'refs/heads/main')).toMatchObject({ exitCode: 0 });
    await lab(FIRST, 'fault', 'git-broken-commit');
    const built = async (to: string) => {
      const checkout = path.join(folder, to);
      await execa('git', ['clone', '--quiet', '--branch', 'release/1.0', first.git, checkout]);
      return run('kustomize', ['build', path.join(checkout, 'flux/profiles/talos-single-node')]);
    };
    expect((await built('broken')).stderr).toContain('missing.yaml');
    await lab(FIRST, 'fault', 'none');
    expect(await built('mended')).toMatchObject({ ok: true });
  });

  test('what cannot be played is refused in words', async () => {
    const unknown = await lab(FIRST, 'fault', 'git-missing');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.all).toContain('unknown fault git-missing; known faults: machine-off');
    expect((await lab(FIRST, 'fault')).exitCode).toBe(2);
    const late = await lab(FIRST, 'fault', 'machine-configured');
    expect(late.exitCode).toBe(7);
    expect(late.all).toContain('it cannot happen to a machine that is up');
    const absent = await lab(`absent-${suffix}`, 'fault', 'none');
    expect(absent.exitCode).toBe(1);
    expect(absent.all).toContain('is not up');
  });
});

describe('down', () => {
  test('after a kill -9 of everything leaves nothing of a node that ran pods, pulled by a mirror, and the other lab as it was', async () => {
    await startNode();
    expect(await askedOf(second)).toContain(`${first.nodeAddress} HEAD ${COREDNS}?ns=registry.k8s.io 200`);
    expect(await askedOf(first)).not.toContain(COREDNS);
    const before = await tracesOf(firstMarks);
    // By their ids they may stand in any order: these begin anew when they have all been given.
    for (const program of ['kubelet', 'containerd-shim']) expect(before.join('\n')).toContain(program);
    for (const pid of processIds(before)) kill(pid);
    await vi.waitFor(async () => expect(processIds(await tracesOf(firstMarks))).toEqual([]), { timeout: 20_000 });
    expect((await lab(FIRST, 'status')).stdout).toContain('its processes have ended');

    const down = await lab(FIRST, 'down');
    expect(down.exitCode, down.all).toBe(0);
    expect(await tracesOf(firstMarks)).toEqual([]);
    expect((await disks(second)).exitCode).toBe(0);
    expect((await lab(SECOND, 'status')).stdout).toContain('maintenance');
  }, 240_000);

  test('is not needed before the next up, which removes what a killed lab left', async () => {
    for (const pid of processIds(await tracesOf(secondMarks))) kill(pid);
    await vi.waitFor(async () => expect(processIds(await tracesOf(secondMarks))).toEqual([]), { timeout: 20_000 });
    expect((await tracesOf(secondMarks)).length).toBeGreaterThan(0);
    second = await up(SECOND);
    const anew = await marksOf(second);
    // The kernel may have given the old namespace's number to the new one.
    const before = { name: 'gone', prefix: secondMarks.prefix, networkNamespace: 'none' };
    if (anew.prefix !== secondMarks.prefix) expect(await tracesOf(before)).toEqual([]);
    secondMarks = anew;
    expect((await disks(second)).exitCode).toBe(0);
  }, 120_000);

  test('ends an up that was killed half way; one that was interrupted takes back by itself what it began', async () => {
    const name = `third-${suffix}`;
    const marks = { name, prefix: 'none', networkNamespace: 'none' };
    const begin = async (signal: NodeJS.Signals) => {
      const coming = lab(name, 'up');
      await vi.waitFor(async () => expect(processIds(await tracesOf(marks)).length).toBeGreaterThan(1), {
        timeout: 40_000,
        interval: 20,
      });
      coming.kill(signal);
      return await coming;
    };
    await begin('SIGKILL');
    expect((await lab(name, 'status')).stdout).toMatch(/is starting; |^lab /);
    expect((await lab(name, 'down')).exitCode).toBe(0);
    expect(await tracesOf(marks)).toEqual([]);

    const interrupted = await begin('SIGINT');
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.all).toContain(`given up: the lab ${name} is taken back`);
    expect(await tracesOf(marks)).toEqual([]);
  }, 120_000);

  test('of a lab that is up leaves nothing, and of none does nothing', async () => {
    expect((await lab(SECOND, 'down')).exitCode).toBe(0);
    expect(await tracesOf(secondMarks)).toEqual([]);
    expect((await lab(SECOND, 'down')).exitCode).toBe(0);
    expect((await lab(SECOND, 'status')).stdout).toContain('is not up');
  }, 120_000);
});

const askedOf = ({ name }: LabRecord) => readFile(path.join(folderOf(name), REGISTRY_LOG), 'utf8');

/** Installs the first machine by hand, until a pod runs on its node. Its configuration names the other lab's registry as a mirror. */
async function startNode(): Promise<void> {
  const { nodeAddress } = first;
  await generateConfig(folder, `https://${nodeAddress}:6443`);
  const control = talosControl(first.control);
  const endpoints = [{ url: `http://${second.registry}` }];
  const mirror = { apiVersion: 'v1alpha1', kind: 'RegistryMirrorConfig', name: 'registry.k8s.io', endpoints };
  const config = ['-f', path.join(folder, 'controlplane.yaml'), '-p', JSON.stringify(mirror)];
  await talosctlOk(['apply-config', '--insecure', '-n', nodeAddress, ...config]);
  await control.waitFor(({ services }) => services.some(({ id, healthy }) => id === 'cri' && healthy === true));
  const secure = ['--talosconfig', path.join(folder, 'talosconfig'), '-e', nodeAddress, '-n', nodeAddress];
  await talosctlOk(['bootstrap', ...secure]);
  await control.waitFor(({ kubernetesReady }) => kubernetesReady, 120_000);
  const kubeconfig = path.join(folder, 'kubeconfig');
  await talosctlOk(['kubeconfig', kubeconfig, '--merge=false', ...secure]);
  const access = new KubeConfig();
  access.loadFromFile(kubeconfig);
  const core = access.makeApiClient(CoreV1Api);
  const running = async () =>
    (await core.listPodForAllNamespaces()).items.filter(({ status }) => status?.phase === 'Running').length;
  await vi.waitFor(async () => expect(await running()).toBeGreaterThan(0), { timeout: 90_000, interval: 500 });
}
