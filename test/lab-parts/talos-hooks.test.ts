import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from './support/installation.ts';
import { talosctl, talosctlOk } from './support/talosctl.ts';

describe('what a lab hangs on a machine', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'hooks-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('runs at the bootstrap, at later boots, and before the machine goes down, with the cluster at hand', async () => {
    const said = path.join(folder, 'said');
    const say = `sh -c 'echo "$TALOS_EVENT $(ls $TALOS_KUBERNETES/pki | grep -c key)" >> ${said}'`;
    const command = `sh -c 'echo kubernetes >> ${said}; echo ready; cat; echo ended >> ${said}'`;
    await using site = await startInstallation({
      hooks: { bootstrap: say, boot: say, shutdown: say },
      kubernetes: { command, url: 'https://192.0.2.7:6443' },
    });
    await site.install();
    await talosctlOk(['bootstrap', ...site.secure]);
    await site.machine.control.waitFor(({ kubernetesReady }) => kubernetesReady);
    await site.machine.control.reboot();
    await site.machine.control.waitFor(({ kubernetesReady, boots }) => kubernetesReady && boots === 3);
    // The install's own reboot is a shutdown, too; a machine without a cluster has no keys yet.
    expect((await readFile(said, 'utf8')).trim().split('\n')).toEqual([
      'shutdown 0',
      'bootstrap 10',
      'kubernetes',
      'shutdown 10',
      'boot 10',
      'kubernetes',
    ]);
    const kubeconfig = path.join(folder, 'kubeconfig');
    await talosctlOk(['kubeconfig', kubeconfig, '--merge=false', ...site.secure]);
    expect(await readFile(kubeconfig, 'utf8')).toContain('server: https://192.0.2.7:6443');
  });
});

describe('a registry that the machine asks before it pulls', () => {
  let registry: Server;
  beforeAll(async () => {
    registry = createServer((request, response) => {
      const status = {
        '/v2/team/there/manifests/1': 200,
        '/v2/team/locked/manifests/1': 401,
        '/v2/team/broken/manifests/1': 503,
      }[request.url ?? ''];
      response.writeHead(status ?? 404, { 'Docker-Content-Digest': `sha256:${'a'.repeat(64)}` }).end();
    });
    await new Promise<void>((resolve) => void registry.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void registry.close());

  it('has its images pulled, and its refusals told', async () => {
    await using site = await startInstallation({ checkImages: true });
    await site.install();
    const mirror = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const patch = {
      apiVersion: 'v1alpha1',
      kind: 'RegistryMirrorConfig',
      name: 'example.org',
      endpoints: [{ url: mirror }],
      skipFallback: true,
    };
    await talosctlOk(['patch', 'machineconfig', '-p', JSON.stringify(patch), ...site.secure]);

    const pull = (image: string) => talosctl(['image', 'pull', `example.org/team/${image}:1`, ...site.secure]);
    expect(await pull('there')).toMatchObject({ exitCode: 0 });
    expect((await pull('missing')).stderr).toContain('code = NotFound');
    expect((await pull('locked')).stderr).toContain('insufficient_scope: authorization failed');
    expect((await pull('broken')).stderr).toContain('503 Service Unavailable');
    expect((await site.machine.control.state()).images).toEqual(['example.org/team/there:1']);
  });
});
