import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { startDaemon, waitUntilReady } from '../../../lab/parts/daemon.ts';
import { programPath } from '../../../lab/parts/programs.ts';
import { needs } from '../../support/needs.ts';

needs('containerd', 'root');

/** A containerd of the test's own, which only pulls. */
export interface Puller {
  /** Pulls an image for this machine's CPU, as a kubelet has it done. */
  pull(reference: string): ReturnType<typeof ctr>;
  /** What is being fetched, and how much of it is there. */
  underWay(): Promise<string>;
  stop(): Promise<void>;
}

export async function startPuller(folder: string): Promise<Puller> {
  await mkdir(folder, { recursive: true });
  const socket = path.join(folder, 'containerd.sock');
  const config = path.join(folder, 'containerd.toml');
  const settings = [
    'version = 2',
    `root = "${folder}/root"`,
    `state = "${folder}/state"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\n  address = "${socket}"`,
  ];
  await writeFile(config, settings.join('\n'));
  const daemon = await startDaemon({
    name: 'containerd',
    file: await programPath('containerd'),
    args: ['--config', config],
    logFile: path.join(folder, 'containerd.log'),
  });
  const answers = async () => !(await execa('ctr', ['-a', socket, 'version'], { reject: false })).failed;
  await waitUntilReady(daemon, answers, 30_000);
  return {
    // The native snapshotter mounts nothing.
    pull: (reference) => ctr(socket, ['images', 'pull', '--plain-http', '--snapshotter', 'native', reference]),
    underWay: async () => (await ctr(socket, ['content', 'active'])).all,
    stop: () => daemon.stop(),
  };
}

function ctr(socket: string, words: readonly string[]) {
  return execa('ctr', ['-a', socket, ...words], { all: true, reject: false, timeout: 60_000 });
}
