import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { linkIn, withResolvers, withSiteSettings } from '../../../activities/talos-config.ts';
import type { SiteSettings } from '../../../activities/talos-config.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import { TEST_RELEASE } from '../../support/spec.ts';
import { realTalos } from './machine.ts';

const signal = AbortSignal.timeout(60_000);
const talos: TalosPort = realTalos(50_000);
let folder: string;
let generated: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'appliance-config-'));
  const secretsFile = join(folder, 'secrets.yaml');
  await writeFile(secretsFile, await talos.generateSecrets(signal), { mode: 0o600 });
  generated = await talos.generateMachineConfig(
    {
      clusterName: 'alga-appliance',
      endpoint: 'https://192.0.2.10:6443',
      talosVersion: TEST_RELEASE.talos.version,
      kubernetesVersion: TEST_RELEASE.kubernetes.version,
      installDisk: '/dev/sda',
      installerImage: TEST_RELEASE.os.installer.image,
      secretsFile,
    },
    signal,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BASE: SiteSettings = {
  endpoint: 'https://192.0.2.10:6443',
  hostname: 'front-desk',
  link: { by: 'physical' },
  network: { mode: 'dhcp' },
  dnsServers: [],
  ntpServers: [],
  installDisk: '/dev/nvme0n1',
  installerImage: TEST_RELEASE.os.installer.image,
};

const CASES: Record<string, Partial<SiteSettings>> = {
  dhcp: {},
  'dhcp-named-card': { link: { by: 'name', name: 'enp0s2' } },
  static: {
    network: { mode: 'static', address: '192.0.2.10/24', gateway: '192.0.2.1' },
    link: { by: 'hardware-address', address: '52:54:00:12:34:56' },
    dnsServers: ['192.0.2.53', '2001:db8::53'],
    ntpServers: ['time.example.org'],
  },
  'static-ipv6': { network: { mode: 'static', address: '2001:db8::10/64', gateway: '2001:db8::1' } },
};

/** What differs from Talos' own configuration, without keys: the part that is this installer's. */
function ours(config: string): unknown {
  const [main, ...others] = parseAllDocuments(config).map((document) => document.toJS());
  const { endpoint } = main.cluster.controlPlane;
  const { allowSchedulingOnControlPlanes } = main.cluster;
  const { disk, image } = main.machine.install;
  return { endpoint, allowSchedulingOnControlPlanes, disk, image, network: main.machine.network, documents: others };
}

describe("the site's settings in a machine configuration", () => {
  test.each(Object.entries(CASES))(
    '%s is as expected, and Talos v1.12 takes it in strict mode',
    async (name, changes) => {
      const config = withSiteSettings(generated, { ...BASE, ...changes });
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, config, { mode: 0o600 });
      await expect(talos.validate(file, signal)).resolves.toBeUndefined();
      await expect(`${JSON.stringify(ours(config), null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
    },
  );

  test('settings that are there already leave the very same text', () => {
    for (const changes of Object.values(CASES)) {
      const settings = { ...BASE, ...changes };
      const once = withSiteSettings(generated, settings);
      expect(withSiteSettings(once, settings)).toBe(once);
    }
  });

  test('keys and everything else that Talos made stay', () => {
    const before = parseAllDocuments(generated)[0]?.toJS();
    const after = parseAllDocuments(withSiteSettings(generated, { ...BASE, ...CASES['static'] }))[0]?.toJS();
    expect(after.machine.ca).toEqual(before.machine.ca);
    expect({ ...after.cluster, allowSchedulingOnControlPlanes: undefined }).toEqual(before.cluster);
    expect(after.machine.kubelet).toEqual(before.machine.kubelet);
  });

  test('what an operator wrote into the file stays', () => {
    const own = `${generated.replace('debug: false', 'debug: true # asked by support')}---\napiVersion: v1alpha1\nkind: WatchdogTimerConfig\ndevice: /dev/watchdog0\n`;
    const config = withSiteSettings(own, BASE);
    expect(config).toContain('debug: true # asked by support');
    expect(config).toContain('kind: WatchdogTimerConfig');
  });

  test('the chosen card is read back', () => {
    const card = { by: 'hardware-address', address: '52:54:00:12:34:56' } as const;
    expect(linkIn(withSiteSettings(generated, { ...BASE, link: card }))).toEqual(card);
    expect(linkIn(generated)).toEqual({ by: 'physical' });
  });

  test('new resolvers take the place of the old ones, however often (lesson 22)', () => {
    const servers = fc.array(fc.ipV4(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(servers, servers, (first, second) => {
        const config = withResolvers(withResolvers(generated, first, []), second, ['time.example.org']);
        expect(config).toBe(withResolvers(withResolvers(generated, second, []), second, ['time.example.org']));
      }),
      { numRuns: 30 },
    );
  });

  test('resolvers in the form of an older configuration are changed where they stand', async () => {
    const older = generated.replace('    network: {}', '    network:\n        nameservers:\n            - 192.0.2.1');
    const config = withResolvers(older, ['192.0.2.53'], []);
    const file = join(folder, 'older.yaml');
    await writeFile(file, config, { mode: 0o600 });
    await talos.validate(file, signal);
    expect(await readFile(file, 'utf8')).not.toContain('ResolverConfig');
    expect(parseAllDocuments(config)[0]?.getIn(['machine', 'network', 'nameservers', 0])).toBe('192.0.2.53');
  });

  test('a configuration that Talos refuses says which field', async () => {
    const file = join(folder, 'refused.yaml');
    await writeFile(file, generated.replace('type: controlplane', 'type: kitchen'), { mode: 0o600 });
    await expect(talos.validate(file, signal)).rejects.toMatchObject({ fault: 'config-invalid' });
  });
});
