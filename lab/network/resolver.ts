import dns from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDaemon, waitUntilReady } from '../parts/daemon.ts';
import type { Daemon } from '../parts/daemon.ts';
import { programPath } from '../parts/programs.ts';

/** A DNS server on this machine's end of a lab's cable. */
export interface Resolver {
  readonly address: string;
  /** Refusing: nothing listens, as where a router has lost its resolver. */
  setRefusing(isRefusing: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface ResolverOptions {
  readonly address: string;
  /** Names that it knows; there are no others. */
  readonly names: readonly string[];
  /** What all of them resolve to. */
  readonly target: string;
  /** For configuration and log. */
  readonly folder: string;
}

/** Starts CoreDNS at an address; it answers when this returns. */
export async function startResolver({ address, names, target, folder }: ResolverOptions): Promise<Resolver> {
  const file = path.join(folder, `dns-${address}`);
  const zone = (of: string, answer: string): string => `${of} {\n  bind ${address}\n  errors\n  ${answer}\n}\n`;
  const known = zone(names.join(' '), `hosts {\n    ${target} ${names.join(' ')}\n  }`);
  await writeFile(`${file}.conf`, known + zone('.', 'template ANY ANY {\n    rcode NXDOMAIN\n  }'));
  const start = async (): Promise<Daemon> => {
    const daemon = await startDaemon({
      name: 'resolver',
      file: await programPath('coredns'),
      args: ['-conf', `${file}.conf`, '-quiet'],
      logFile: `${file}.log`,
    });
    await waitUntilReady(daemon, () => answers(address, names[0] ?? ''), 30_000);
    return daemon;
  };
  let daemon: Daemon | null = await start();
  const stop = async (): Promise<void> => {
    await daemon?.stop();
    daemon = null;
  };
  return {
    address,
    setRefusing: async (isRefusing) => {
      if (isRefusing) await stop();
      else daemon ??= await start();
    },
    stop,
  };
}

async function answers(address: string, name: string): Promise<boolean> {
  const asking = new dns.Resolver({ timeout: 1_000, tries: 1 });
  asking.setServers([address]);
  return (await asking.resolve4(name)).length > 0;
}
