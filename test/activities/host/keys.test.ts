import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PrivateFolder } from '../../../site-folder/index.ts';
import { resolveProgram } from '../../../tools/resolve.ts';
import { blockersFrom, fastClock, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';
import { realTalos } from './machine.ts';

const KEYS = [SITE_FILES.secrets, SITE_FILES.machineConfig, SITE_FILES.talosconfig] as const;

/** Two real bundles, given in turn: making one takes a third of a second, and a second one must never be asked for. */
let bundles: readonly string[];
let handedOut = 0;
beforeAll(async () => {
  const talos = realTalos(50_000);
  const signal = AbortSignal.timeout(60_000);
  bundles = await Promise.all([talos.generateSecrets(signal), talos.generateSecrets(signal)]);
});

/** A node that takes any configuration; keys are made by the real talosctl, or by the program that is given. */
function patientNode(program?: string): TalosPort {
  return {
    ...realTalos(50_000, program),
    ...(program === undefined && { generateSecrets: async () => bundles[handedOut++ % bundles.length] ?? '' }),
    mode: async () => ({ mode: 'maintenance' }),
    applyInsecure: async () => {},
  };
}

const aSite = (program?: string): Promise<TestSite> => testSite({ clock: fastClock(10), talos: patientNode(program) });

async function keysIn(folder: PrivateFolder): Promise<Record<string, string | null>> {
  return Object.fromEntries(await Promise.all(KEYS.map(async (name) => [name, await folder.read(name)] as const)));
}

/** Every file speaks of the same authority: secrets, machine configuration and talosconfig belong together. */
function authoritiesIn(keys: Record<string, string | null>): string[] {
  const secrets = parse(keys[SITE_FILES.secrets] ?? '');
  const [machine] = parseAllDocuments(keys[SITE_FILES.machineConfig] ?? '').map((document) => document.toJS());
  const client = parse(keys[SITE_FILES.talosconfig] ?? '');
  return [secrets.certs.os.crt, machine.machine.ca.crt, client.contexts[client.context].ca];
}

/** A folder in which the process dies at the nth change, before or after it took effect. */
function mortalFolder(folder: PrivateFolder, nth: number, when: 'before' | 'after'): PrivateFolder {
  let count = 0;
  const mortal =
    <A extends unknown[], R>(change: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      count += 1;
      if (count === nth && when === 'before') throw new Error('killed');
      const result = await change(...given);
      if (count === nth) throw new Error('killed');
      return result;
    };
  return {
    ...folder,
    write: mortal((name: string, text: string) => folder.write(name, text)),
    createOnce: mortal((name: string, text: string) => folder.createOnce(name, text)),
    remove: mortal((name: string) => folder.remove(name)),
    protect: mortal((name: string) => folder.protect(name)),
  };
}

describe('key material', () => {
  test('a second run uses the very same files', async () => {
    const site = await aSite();
    await configureNode(site.context());
    const before = await keysIn(site.folder);
    const outcome = await configureNode(site.context());
    expect(outcome.detail).toContain('the existing keys of this site were used');
    expect(await keysIn(site.folder)).toEqual(before);
    expect(new Set(authoritiesIn(before)).size).toBe(1);
  });

  // Eight changes of the folder make a set, the ninth hands it over. Before a change is after the one before it.
  const INSTANTS = [
    { nth: 1, when: 'before' },
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((nth) => ({ nth, when: 'after' }) as const),
  ] as const;
  test.each([...INSTANTS])(
    'killed $when change $nth: the set is completed from the same secrets',
    async ({ nth, when }) => {
      const site = await aSite();
      const context = site.context();
      await configureNode({ ...context, folder: mortalFolder(site.folder, nth, when) }).catch((error: unknown) => {
        expect(error).toEqual(new Error('killed'));
      });
      const left = await keysIn(site.folder);
      await configureNode(context);
      const whole = await keysIn(site.folder);
      for (const name of KEYS) if (left[name] !== null) expect(whole[name], name).toBe(left[name]);
      expect(new Set(authoritiesIn(whole)).size).toBe(1);
      expect(await site.folder.list()).not.toContain('controlplane.candidate.yaml');
    },
  );

  test('two at once end with one set', async () => {
    const site = await aSite();
    await Promise.all([configureNode(site.context()), configureNode(site.context())]);
    expect(new Set(authoritiesIn(await keysIn(site.folder))).size).toBe(1);
  });

  test('a second run that finishes while the first validates changes nothing for it', async () => {
    const site = await aSite();
    const talos = patientNode();
    const other = site.context();
    const validate: TalosPort['validate'] = async (file, signal) => {
      if (file.includes('candidate')) await configureNode(other);
      await talos.validate(file, signal);
    };
    await configureNode(site.context({ ports: { talos: { ...talos, validate } } }));
    expect(new Set(authoritiesIn(await keysIn(site.folder))).size).toBe(1);
  });

  test("the old installer's folder, without secrets.yaml, is taken over as it is", async () => {
    const old = await aSite();
    await configureNode(old.context());
    const { [SITE_FILES.machineConfig]: config, [SITE_FILES.talosconfig]: client } = await keysIn(old.folder);
    const site = await aSite();
    await site.folder.write(SITE_FILES.machineConfig, config ?? '');
    await site.folder.write(SITE_FILES.talosconfig, client ?? '');
    await configureNode(site.context());
    const keys = await keysIn(site.folder);
    expect([keys[SITE_FILES.machineConfig], keys[SITE_FILES.talosconfig]]).toEqual([config, client]);
    expect(new Set(authoritiesIn(keys)).size).toBe(1);
  });

  test('a talosconfig without what it was made from stops in words, and nothing is made beside it', async () => {
    const site = await aSite();
    await site.folder.write(SITE_FILES.talosconfig, 'context: x\ncontexts: {}\n');
    const [blocker] = await blockersFrom(configureNode(site.context()));
    expect(blocker).toMatchObject({ code: 'key-material-missing', retry: 'after-change' });
    expect(blocker?.nextAction).toMatch(/mv \S+\/talosconfig \S+\/talosconfig\.old/);
    expect(await site.folder.list()).toEqual([SITE_FILES.talosconfig]);
  });

  test('changed settings reach the node, and the file stays as it was made', async () => {
    const site = await aSite();
    await configureNode(site.context());
    const before = await keysIn(site.folder);
    await configureNode(site.context({ spec: { dnsServers: ['192.0.2.53'], installDisk: '/dev/nvme0n1' } }));
    expect(await keysIn(site.folder)).toEqual(before);
    const handed = (await site.folder.read('controlplane.applied.yaml')) ?? '';
    expect(handed).toContain('disk: /dev/nvme0n1');
    expect(handed).toContain('address: 192.0.2.53');
    expect(parseAllDocuments(handed)[0]?.getIn(['machine', 'ca', 'crt'])).toBe(authoritiesIn(before)[1]);
  });

  test('no secret stands on a command line or in the environment of talosctl (lesson 7)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'appliance-argv-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { path } = await resolveProgram('talosctl');
    const spy = join(folder, 'talosctl');
    const log = join(folder, 'log');
    await writeFile(spy, `#!/bin/sh\n{ echo "$@"; env; } >> '${log}'\nexec '${path}' "$@"\n`);
    await chmod(spy, 0o700);
    const site = await aSite(spy);
    await configureNode(site.context());
    const said = await readFile(log, 'utf8');
    expect(said).toContain('gen config alga-appliance https://192.0.2.10:6443');
    const secrets: unknown = parse((await site.folder.read(SITE_FILES.secrets)) ?? '');
    const values = leaves(secrets).filter((value) => value.length > 12);
    expect(values.length).toBeGreaterThan(10);
    for (const value of values) expect(said).not.toContain(value);
  });
});

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [String(value)];
}
