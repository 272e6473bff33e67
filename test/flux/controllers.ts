import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { program } from '../charts/programs.ts';
import { freePort } from '../../lab/parts/ports.ts';
import { needs } from '../support/needs.ts';

needs('source-controller', 'kustomize-controller', 'helm-controller');

export interface FluxControllers {
  /** The end of every controller's log, for a failed test. */
  logs(): string;
  stop(): Promise<void>;
}

/** The real source-, kustomize- and helm-controller as processes of this machine, against an API server. */
export async function startFluxControllers(kubeconfig: string): Promise<FluxControllers> {
  const folder = mkdtempSync(join(tmpdir(), 'flux-controllers-'));
  const storage = await freePort('127.0.0.1');
  const dependency = ['--requeue-dependency=2s'];
  const running = await Promise.all([
    start('source-controller', [
      `--storage-path=${folder}`,
      `--storage-addr=127.0.0.1:${storage}`,
      `--storage-adv-addr=127.0.0.1:${storage}`,
    ]),
    start('kustomize-controller', [...dependency, '--feature-gates=CancelHealthCheckOnNewRevision=true']),
    start('helm-controller', dependency),
  ]);

  async function start(name: string, args: readonly string[]) {
    const log = join(folder, `${name}.log`);
    const common = [
      '--metrics-addr=0',
      `--health-addr=127.0.0.1:${await freePort('127.0.0.1')}`,
      '--events-addr=',
      '--enable-leader-election=false',
    ];
    const child = execa(await program(name), [...common, ...args], {
      env: { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system', TMPDIR: folder, HOME: folder },
      all: true,
      buffer: false,
      reject: false,
    });
    child.all.pipe(createWriteStream(log));
    return { name, log, child };
  }

  return {
    logs: () => running.map(({ name, log }) => `${name}:\n${errorsIn(readFileSync(log, 'utf8'))}`).join('\n\n'),
    stop: async () => {
      for (const { child } of running) child.kill('SIGTERM', new Error('the test is over'));
      await Promise.all(running.map(({ child }) => child));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The last lines of a log that are more than news. */
function errorsIn(log: string): string {
  const lines = log.split('\n').filter((line) => !line.includes('"level":"info"'));
  return lines.slice(-8).join('\n');
}
