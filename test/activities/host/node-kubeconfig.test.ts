import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { openCluster } from '../../../activities/cluster.ts';
import { fetchKubeconfig } from '../../../activities/phases/host/fetch-kubeconfig.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import { OWN_KUBECONFIG } from '../../support/kubeconfig.ts';
import { blockersFrom, fastClock, testSite } from '../context.ts';

/** A kubeconfig whose user is whoever a program says; the program leaves a mark when it runs. */
async function withProgram(folder: string): Promise<{ text: string; ran: () => Promise<boolean> }> {
  const [program, mark] = [join(folder, 'program'), join(folder, 'ran')];
  await writeFile(program, `#!/bin/sh\ntouch ${mark}\n`);
  await chmod(program, 0o755);
  const config = parse(OWN_KUBECONFIG);
  config.clusters[0].cluster = { server: 'https://127.0.0.1:9' };
  config.users[0].user.exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program };
  const ran = (): Promise<boolean> =>
    stat(mark).then(
      () => true,
      () => false,
    );
  return { text: stringify(config), ran };
}

async function siteOf(answer: (folder: string) => Promise<string>) {
  const talos: Partial<TalosPort> = {
    kubeconfig: async () => answer(site.folder.path('')),
    services: async () => [],
  };
  const site = await testSite({ clock: fastClock(100), kubernetes: kubernetesPort(), talos: talos as TalosPort });
  await site.folder.write('talosconfig', 'the talosconfig of this site\n');
  return site;
}

test('a node whose kubeconfig names a program is distrusted: it is not written, and the program does not run', async () => {
  let ran = async (): Promise<boolean> => true;
  const site = await siteOf(async (folder) => {
    const made = await withProgram(folder);
    ({ ran } = made);
    return made.text;
  });
  const [blocker] = await blockersFrom(fetchKubeconfig(site.context()));
  expect(blocker).toMatchObject({ code: 'foreign-cluster', retry: 'manual' });
  expect(blocker?.reason).toContain('it contains "exec" in users.0.user');
  expect(blocker?.nextAction).toContain('Do not trust this node');
  expect(await site.folder.exists('kubeconfig')).toBe(false);
  expect(await ran()).toBe(false);
});

test('one that an earlier client took as it came opens nothing: every step refuses it by name', async () => {
  const site = await siteOf(async () => OWN_KUBECONFIG);
  const { text, ran } = await withProgram(site.folder.path(''));
  await site.folder.write('kubeconfig', text);
  await expect(openCluster(site.context())).rejects.toMatchObject({
    name: 'ClusterError',
    fault: 'refused-kubeconfig',
    object: site.folder.path('kubeconfig'),
  });
  expect(await ran()).toBe(false);
});

test('a file that a person named may name programs', async () => {
  const site = await siteOf(async () => OWN_KUBECONFIG);
  const { text, ran } = await withProgram(site.folder.path(''));
  const named = join(site.folder.path(''), 'mine');
  await writeFile(named, text);
  const existingCluster = { kubeconfig: named, talosconfig: null };
  const context = site.context({ spec: { existingCluster } });
  await expect(openCluster(context).then((cluster) => cluster.ready(context.signal))).rejects.toThrow();
  expect(await ran()).toBe(true);
});
