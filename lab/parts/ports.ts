import { randomInt } from 'node:crypto';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/** Below the kernel's ephemeral ports (from 32768 on Linux), so that no outgoing connection takes one meanwhile. */
const RANGE = [20_000, 30_000] as const;

/** A port that was given out is not given to anybody else on this machine for this long: what it is for listens by then. */
const RESERVED_MS = 120_000;
const RESERVATIONS = path.join(tmpdir(), `appliance-lab-ports-${userInfo().uid}`);

/**
 * Picks a TCP port that nothing listens on at an address, and that nobody else here was given just now: two tests that look at
 * once see the same port free. Nobody holds it: listen soon.
 * @throws Error when thirty random ports were all taken
 */
export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const port = randomInt(...RANGE);
    if ((await isFree(address, port)) && (await reserve(port))) return port;
  }
  throw new Error(`no free port found on ${address}`);
}

/** Gives the wanted port of an address, or a free one where something on this machine has taken it, on every address perhaps. */
export async function portAt(address: string, wanted: number): Promise<number> {
  return (await isFree(address, wanted)) ? wanted : freePort(address);
}

/** A file stands for a port that was given out; making it is what decides between two who want it. */
async function reserve(port: number): Promise<boolean> {
  await mkdir(RESERVATIONS, { recursive: true, mode: 0o700 });
  const file = path.join(RESERVATIONS, String(port));
  const given = await stat(file).catch(() => null); // nobody was given it
  if (given && Date.now() - given.mtimeMs > RESERVED_MS) await rm(file, { force: true });
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Picks an address and port for a simulated Talos machine: on Linux a loopback address of its own with talosctl's port
 * 50000; elsewhere, where only 127.0.0.1 exists, that one and a free port.
 */
export async function freeTalosAddress(): Promise<{ readonly address: string; readonly port: number }> {
  const talosPort = 50_000;
  if (process.platform !== 'linux') return { address: '127.0.0.1', port: await freePort('127.0.0.1') };
  for (;;) {
    const address = `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
    if (await isFree(address, talosPort)) return { address, port: talosPort };
  }
}
