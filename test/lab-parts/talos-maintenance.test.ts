import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from './support/installation.ts';
import type { Installation } from './support/installation.ts';
import { jsonDocuments, talosctl, talosctlOk } from './support/talosctl.ts';

describe('a machine in maintenance mode, asked by the real talosctl', () => {
  let site: Installation;
  beforeAll(async () => (site = await startInstallation()));
  afterAll(() => site[Symbol.asyncDispose]());

  it('shows its disks as a table', async () => {
    const table = await talosctlOk(['get', 'disks', ...site.insecure]);
    expect(table.replaceAll(/ +$/gm, '')).toMatchInlineSnapshot(`
      "NODE   NAMESPACE   TYPE   ID      VERSION   SIZE     READ ONLY   TRANSPORT   ROTATIONAL   WWID   MODEL           SERIAL
             runtime     Disk   loop0   1         76 MB    true
             runtime     Disk   sda     1         100 GB   false       virtio                          QEMU HARDDISK   drive-scsi0
             runtime     Disk   sr0     1         320 MB   true        ata                             QEMU DVD-ROM"
    `);
  });

  it('shows its disks as JSON documents', async () => {
    const disks = jsonDocuments(await talosctlOk(['get', 'disks', '-o', 'json', ...site.insecure]));
    expect(disks.find(({ metadata }) => metadata.id === 'sda')?.spec).toMatchObject({
      dev_path: '/dev/sda',
      size: 100_000_000_000,
      readonly: false,
      transport: 'virtio',
    });
    expect(disks.filter(({ spec }) => spec['readonly'] === true).map(({ metadata }) => metadata.id)).toEqual([
      'loop0',
      'sr0',
    ]);
  });

  it.each([
    ['links', /eth0 .* up /],
    ['addresses', /eth0\/127\./],
    ['resolvers', /192\.168\.64\.1/],
    ['timeservers', /time\.cloudflare\.com/],
    ['hostname', /talos-/],
    ['machinestatus', /maintenance +true/],
  ])('shows its %s', async (kind, expected) => {
    expect(await talosctlOk(['get', kind, ...site.insecure])).toMatch(expected);
  });

  it('shows no secrets and no version without a client certificate', async () => {
    expect((await talosctl(['get', 'machineconfig', ...site.insecure])).stderr).toContain(
      'rpc error: code = PermissionDenied desc = not authorized',
    );
    expect((await talosctl(['version', ...site.insecure])).stderr).toContain(
      'rpc error: code = Unimplemented desc = API is not implemented in maintenance mode',
    );
  });

  it('does not trust a talosconfig, whosever it is', async () => {
    const { exitCode, stderr } = await talosctl(['version', ...site.secure]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('tls: failed to verify certificate: x509: certificate signed by unknown authority');
  });

  it('refuses a configuration that is none, in the words of Talos, and stays as it is', async () => {
    const broken = path.join(site.folder, 'broken.yaml');
    await writeFile(broken, 'not: [a config');
    expect((await talosctl(['apply-config', ...site.insecure, '-f', broken])).stderr).toMatch(
      /^error applying new configuration: rpc error: code = Unknown desc = failed to parse config: /,
    );

    const bogus = path.join(site.folder, 'bogus.yaml');
    await writeFile(bogus, (await readFile(site.controlPlane, 'utf8')).replace('type: controlplane', 'type: bogus'));
    const { stderr } = await talosctl(['apply-config', ...site.insecure, '-f', bogus]);
    expect(stderr).toContain(
      'rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:',
    );
    expect(stderr).toContain('unknown machine type "bogus"');

    expect(await site.machine.control.state()).toMatchObject({ stage: 'maintenance', effects: {} });
  });

  it('tries a configuration without taking it', async () => {
    const said = await talosctl(['apply-config', ...site.insecure, '-f', site.controlPlane, '--dry-run']);
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stderr).toContain('Node is running in maintenance mode and does not have a config yet.');
    expect(await site.machine.control.state()).toMatchObject({ stage: 'maintenance', effects: {} });
  });
});
