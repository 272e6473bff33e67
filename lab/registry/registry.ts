import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fetch } from 'undici';
import { startDaemon, waitUntilReady } from '../parts/daemon.ts';
import { freePort } from '../parts/ports.ts';
import { programPath } from '../parts/programs.ts';

export interface Registry {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface RegistryOptions {
  /** Where the images lie. */
  readonly storage: string;
  /** Folder for configuration and log. */
  readonly folder: string;
  /** The images are only read: several labs share them. */
  readonly readOnly?: boolean;
}

/** Starts the registry of the distribution project on loopback; it answers when this returns. */
export async function startRegistry({ storage, folder, readOnly }: RegistryOptions): Promise<Registry> {
  await mkdir(storage, { recursive: true });
  const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const config = path.join(folder, 'registry.json');
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: storage },
      maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: readOnly === true } },
    },
    http: { addr: address },
  };
  await writeFile(config, JSON.stringify(settings));
  const daemon = await startDaemon({
    name: 'registry',
    file: await programPath('registry'),
    args: ['serve', config],
    logFile: path.join(folder, 'registry.log'),
    env: { OTEL_TRACES_EXPORTER: 'none' },
  });
  const url = `http://${address}`;
  await waitUntilReady(daemon, async () => (await fetch(`${url}/v2/`)).ok, 30_000);
  return { url, stop: () => daemon.stop() };
}
