import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StatusDocument } from '../../model/status.ts';
import { statusDocument } from '../../model/status.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import type { RunOptions } from './support/run-client.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const ORDER = '--fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git --detach';
const SERVICES = [
  'NODE         SERVICE   STATE    HEALTH   LAST CHANGE   LAST EVENT',
  '192.0.2.10   etcd      Failed   ?        5m7s ago      Failed to run pre stage: failed to pull image "gcr.io/etcd-development/etcd:v3.5.16": context canceled',
  '',
].join('\n');

const talos: RunOptions['services'] = {
  talos: async () => async (name) => ({
    command: `talosctl ${name}`,
    exitCode: 0,
    stdout: name === 'services' ? SERVICES : '',
    stderr: '',
  }),
};

/** A site with keys whose Kubernetes API answers nobody. */
async function site(): Promise<string> {
  const home = await temporaryFolder();
  const folder = join(home, 'appliance-single-node');
  await runClient(['start', ...ORDER.split(' ')], { home, services: scriptedInstalls({ scenes: [] }).services });
  await writeFile(join(folder, SITE_FILES.kubeconfig), OWN_KUBECONFIG, { mode: 0o600 });
  await writeFile(join(folder, SITE_FILES.talosconfig), 'context: x\n', { mode: 0o600 });
  return home;
}

async function diagnosed(services: RunOptions['services']): Promise<{ told: StatusDocument; stderr: string }> {
  const { stdout, stderr } = await runClient(['diagnose', '-o', 'json'], {
    home: await site(),
    services: {
      ...scriptedInstalls({ scenes: [] }).services,
      reader: async () => {
        throw new Error('connect ECONNREFUSED 192.0.2.10:6443');
      },
      ...services,
    },
  });
  return { told: statusDocument.parse(JSON.parse(stdout)), stderr };
}

test('while the Kubernetes API does not answer, the machine is asked, and its cause comes first', async () => {
  const { told } = await diagnosed(talos);
  expect(told.topBlockers.map(({ code }) => code)).toEqual(['image-pull-interrupted']);
  expect(told.topBlockers[0]?.evidence.map(({ message }) => message).join('\n')).toContain('context canceled');
});

test('a machine that cannot be asked is named, and what is known is reported all the same', async () => {
  const { told, stderr } = await diagnosed({
    talos: async () => {
      throw new Error('talosctl is not installed');
    },
  });
  expect(stderr).toContain('the Talos machine was not asked: talosctl is not installed');
  expect(told.topBlockers.map(({ code }) => code)).toEqual(['kubernetes-unreachable']);
});
