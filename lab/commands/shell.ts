import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { namespaceOf } from '../network/namespace.ts';
import { CONTAINERD_SOCKET } from '../node/containerd.ts';
import { folderOf } from '../place.ts';

/** A shell in the node's network, file system and processes, in which `kubectl` and `ctr` know the node. */
export async function shell(name: string): Promise<number> {
  const listed = await execa('ip', ['netns', 'pids', namespaceOf(name)], { reject: false });
  for (const pid of listed.stdout.split('\n')) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has gone
    if (!command.includes('init.sh')) continue;
    const inside = ['--target', pid, '--net', '--mount', '--pid', process.env['SHELL'] ?? '/bin/sh'];
    const env = { CONTAINERD_ADDRESS: CONTAINERD_SOCKET, CONTAINERD_NAMESPACE: 'k8s.io', ...(await access(pid, name)) };
    return (await execa('nsenter', inside, { stdio: 'inherit', reject: false, env })).exitCode ?? 1;
  }
  console.error(`the node of the lab ${name} is not up: the shell opens once its Kubernetes was started`);
  return 1;
}

/** The cluster's files lie in the lab's folder, which is called /run/lab in there. */
async function access(pid: string, name: string): Promise<Record<string, string>> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  const folder = environment.find((one) => one.startsWith('TALOS_KUBERNETES='))?.replace(/^[^=]*=/, '');
  if (folder === undefined) return {};
  return { KUBECONFIG: path.join('/run/lab', path.relative(folderOf(name), folder), 'kubeconfigs/admin.kubeconfig') };
}
