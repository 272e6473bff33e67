import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { gitPort } from '../../../activities/adapters/git.ts';
import { registryPort } from '../../../activities/adapters/registry.ts';
import { checkEverything } from '../../../activities/phases/preflight/index.ts';
import { Blocked } from '../../../activities/blocked.ts';
import type { Ports } from '../../../activities/ports/index.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import type { Blocker } from '../../../model/blocker.ts';
import type { PreflightCheck } from '../../../model/preflight.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { simulatedTalos } from '../../support/simulated-talos.ts';
import { fastClock, testSite } from '../context.ts';
import type { ContextChanges, TestSite } from '../context.ts';

export const BRANCH = 'release/1.0-rc5';
const GB = 1_000_000_000;

/** A registry on this machine; `missing` decides which repositories have no such tag. */
export async function localRegistry(missing: readonly string[] = []): Promise<{ host: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (missing.some((repository) => request.url?.includes(`/${repository}/`))) {
      response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'no such tag' }] }));
      return;
    }
    response.setHeader('docker-content-digest', `sha256:${'a'.repeat(64)}`);
    response.end(JSON.stringify({ config: { size: 1 }, layers: [{ size: 1_800_000_000 }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

interface Remote {
  readonly revision: string;
  /** What lies in the bare repository, by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

let remote: Promise<Remote> | null = null;

/**
 * A real bare remote with one branch that holds the tree of this checkout, changed as the test needs it; gives its URL and that
 * branch's revision. Git makes the unchanged one once, and it is copied.
 */
export async function bareRemote(change?: (work: string) => Promise<void>): Promise<{ url: string; revision: string }> {
  const { files, revision } = await (change ? makeRemote(change) : (remote ??= makeRemote()));
  const root = await mkdtemp(join(tmpdir(), 'appliance-remote-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const bare = join(root, 'appliance.git');
  for (const [path, content] of files) {
    await mkdir(dirname(join(bare, path)), { recursive: true });
    await writeFile(join(bare, path), content);
  }
  return { url: `file://${bare}`, revision };
}

async function makeRemote(change?: (work: string) => Promise<void>): Promise<Remote> {
  const root = await mkdtemp(join(tmpdir(), 'appliance-remote-'));
  const [bare, work] = [join(root, 'appliance.git'), join(root, 'work')];
  try {
    await execa('git', ['init', '--bare', '--template=', '-b', 'main', bare]);
    await execa('git', ['init', '-b', BRANCH, work]);
    const git = (...args: string[]) =>
      execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: work });
    for (const folder of ['flux', 'charts'])
      await cp(join(import.meta.dirname, '..', '..', '..', folder), join(work, folder), { recursive: true });
    await change?.(work);
    await git('add', '--all', '--force', '.');
    await git('commit', '--allow-empty', '-m', 'release');
    await git('push', bare, `HEAD:refs/heads/${BRANCH}`);
    const { stdout: revision } = await git('rev-parse', 'HEAD');
    const entries = await readdir(bare, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const read = async (path: string) => [relative(bare, path), await readFile(path)] as const;
    return { revision, files: new Map(await Promise.all(paths.map(read))) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The ports that preflight asks beside the node: all is well there, unless a test says otherwise. */
export function goodPorts(
  registryHost: string,
): Pick<Ports, 'clock' | 'git' | 'http' | 'machine' | 'manifests' | 'registry'> {
  return {
    clock: fastClock(1),
    git: gitPort(process.env),
    http: { get: async () => ({ status: 401, location: null, error: null, date: new Date() }) },
    machine: {
      freeDiskBytes: async () => 50 * GB,
      askResolver: async () => ({ answers: true }),
      programs: async () => [
        { id: 'talosctl', path: '/opt/talosctl', version: '1.12.0', problem: null },
        { id: 'git', path: '/usr/bin/git', version: '2.39.5', problem: null },
      ],
    },
    manifests: {
      storage: async () => [],
      flux: async () => [],
      entry: async () => [],
    },
    registry: registryPort({ APPLIANCE_REGISTRY_MIRROR: registryHost }),
  };
}

export interface PreflightResult {
  readonly detail: string;
  readonly checks: readonly PreflightCheck[];
  readonly blockers: readonly Blocker[];
  readonly warnings: readonly Blocker[];
  /** Result of each check by its id. */
  readonly results: Record<string, string>;
}

/** Runs every check, gives what a person would be shown, stopped or not. */
export async function preflight(site: TestSite, changes: ContextChanges = {}): Promise<PreflightResult> {
  const result = await checkEverything(site.context(changes)).catch((error: unknown) => {
    if (error instanceof Blocked) return error;
    throw error;
  });
  const checks = result.facts?.checks ?? [];
  const common = { checks, results: Object.fromEntries(checks.map(({ id, result: answer }) => [id, answer])) };
  return result instanceof Blocked
    ? { ...common, detail: result.message, blockers: result.blockers, warnings: [] }
    : { ...common, detail: result.detail, blockers: [], warnings: result.warnings ?? [] };
}

/** The simulated machine in maintenance mode, of which preflight only reads; the real talosctl stands in node.test.ts. */
function emptyNode(): Partial<TalosPort> {
  const { clientVersion, mode, disks, links, resolvers, time } = simulatedTalos();
  return { clientVersion, mode, disks, links, resolvers, time };
}

export interface Around {
  readonly spec?: Partial<InstallSpec>;
  readonly talos?: Partial<TalosPort>;
  readonly ports?: Partial<Ports>;
  readonly missing?: readonly string[];
}

/** A site whose node, registry and remote are well, unless a test says otherwise. */
export async function around({ spec = {}, talos = {}, ports = {}, missing = [] }: Around = {}): Promise<
  TestSite & { revision: string; asked: () => number }
> {
  const [{ host, asked }, { url, revision }] = [await localRegistry(missing), await bareRemote()];
  const node = { ...emptyNode(), ...talos } as TalosPort;
  const repo = { url, branch: BRANCH, path: 'flux/profiles/talos-single-node', ...spec.repo };
  const site = await testSite({ ...goodPorts(host), talos: node, ...ports }, { ...spec, repo });
  return { ...site, revision, asked };
}
