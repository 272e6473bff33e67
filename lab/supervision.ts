import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Client } from 'undici';
import { writeWhole } from '../system/write-file.ts';
import { z } from 'zod';
import { faultsNamed } from './faults.ts';
import type { Lab } from './lab.ts';
import { folderOf, readRecord } from './place.ts';

const TIMEOUT_MS = 30_000;
const names = z.array(z.string());

/** In the lab's folder, which root alone may enter. */
function socketOf(name: string): string {
  return path.join(folderOf(name), 'supervisor.sock');
}

/** Has the process that holds a lab up change its faults when `playFaults` asks for it, until that process ends. */
export async function listen({ record: { name }, setFaults }: Lab): Promise<void> {
  const server = createServer((request, response) => {
    change(name, setFaults, request).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(400).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketOf(name), resolve);
  });
  server.unref();
}

async function change(name: string, setFaults: Lab['setFaults'], request: IncomingMessage): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const faults = names.parse(JSON.parse(text));
  const record = await readRecord(name);
  if (record === null) throw new Error(`the lab ${name} is going down`);
  const late = faultsNamed(faults).find((fault) => fault.alreadyConfigured && !record.faults.includes(fault.name));
  if (late)
    throw new Error(`${late.name} is for \`up --fault ${late.name}\`: it cannot happen to a machine that is up`);
  await setFaults(faults);
  const file = path.join(folderOf(name), 'lab.json');
  await writeWhole(file, JSON.stringify({ ...record, faults }, null, 2), { mode: 0o600 });
}

/**
 * Has a lab that is up play these faults from now on, and no others.
 * @throws Error with what the process that holds it up says
 */
export async function playFaults(name: string, faults: readonly string[]): Promise<void> {
  const client = new Client('http://lab', { socketPath: socketOf(name), bodyTimeout: TIMEOUT_MS });
  try {
    const answer = await client.request({
      method: 'PUT',
      path: '/faults',
      body: JSON.stringify(faults),
      headersTimeout: TIMEOUT_MS,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 204) throw new Error(text);
  } finally {
    await client.close();
  }
}
