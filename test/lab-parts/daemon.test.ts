import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startDaemon, waitUntilReady } from '../../lab/parts/daemon.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'daemon-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that writes its process id and what it hears to its log. */
const LISTENER = `echo "pid $$"; trap 'echo "heard TERM"; exit 0' TERM; while true; do sleep 0.05; done`;

describe('a program in the background', () => {
  it('hears when it is asked to end', async () => {
    const daemon = await start('asked', LISTENER);
    const pid = await pidIn(daemon.logFile);
    await daemon.stop();
    expect(await readFile(daemon.logFile, 'utf8')).toContain('heard TERM');
    expect(isAlive(pid)).toBe(false);
  });

  it('hears nothing of a power cut', async () => {
    const daemon = await start('cut', LISTENER);
    const pid = await pidIn(daemon.logFile);
    await daemon.kill();
    expect(await readFile(daemon.logFile, 'utf8')).not.toContain('heard TERM');
    expect(isAlive(pid)).toBe(false);
  });

  it('does not outlive its starter, even one that is killed', async () => {
    const script = path.join(folder, 'starter.ts');
    const log = path.join(folder, 'orphan.log');
    const module = path.resolve(import.meta.dirname, '../../lab/parts/daemon.ts');
    await writeFile(
      script,
      `import { startDaemon } from ${JSON.stringify(module)};
       await startDaemon({ name: 'orphan', file: '/bin/sh', args: ['-c', ${JSON.stringify(LISTENER)}], logFile: ${JSON.stringify(log)} });
       setInterval(() => undefined, 1000);`,
    );
    const starter = execa(process.execPath, [script], { reject: false, stderr: 'inherit' });
    const pid = await pidIn(log);
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await starter;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000, interval: 20 });
  });

  it('that ends before it is ready, or never is, says so with the end of its log', async () => {
    const failing = await start('failing', 'echo "no such disk" >&2; exit 3');
    await expect(waitUntilReady(failing, () => Promise.resolve(false), 5000)).rejects.toThrow(
      /^failing ended before it was ready\. The end of .*failing\.log:\nno such disk$/,
    );

    const idle = await start('idle', LISTENER);
    const never = (): Promise<boolean> => Promise.reject(new Error('nobody there'));
    await expect(waitUntilReady(idle, never, 100)).rejects.toThrow('idle was not ready in 100 ms (nobody there)');
    await idle.kill();
  });

  it('that does not exist says so, too', async () => {
    const daemon = await startDaemon({
      name: 'missing',
      file: '/nonexistent/program',
      args: [],
      logFile: path.join(folder, 'missing.log'),
    });
    await expect(waitUntilReady(daemon, () => Promise.resolve(false), 5000)).rejects.toThrow(
      /nonexistent\/program.*not found/,
    );
  });
});

function start(name: string, script: string) {
  return startDaemon({ name, file: '/bin/sh', args: ['-c', script], logFile: path.join(folder, `${name}.log`) });
}

async function pidIn(log: string): Promise<number> {
  return vi.waitFor(
    async () => {
      const pid = /^pid (\d+)$/m.exec(await readFile(log, 'utf8'))?.[1];
      if (pid === undefined) throw new Error('the program has not said its process id yet');
      return Number(pid);
    },
    { timeout: 10_000, interval: 20 },
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
