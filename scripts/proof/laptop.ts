import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { Ports } from '../../activities/ports/index.ts';
import { createInstallClient } from '../../client/install/install-client.ts';
import { main } from '../../client/main.ts';
import type { Services } from '../../client/services.ts';
import { EXIT } from '../../client/terminal/exit-codes.ts';
import { recordedHolder } from '../../holder/hold.ts';
import { readLease } from '../../holder/lease.ts';
import { ref } from '../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import { CARRIED_INSTALL, isNewer } from '../../model/carried-install.ts';
import type { CarriedInstall } from '../../model/carried-install.ts';
import { readDocumentText } from '../../model/documents.ts';
import { holderUser } from '../../model/holder.ts';
import type { Holder } from '../../model/holder.ts';
import { simulationPorts } from '../../simulation/index.ts';
import { readState } from '../../site-folder/documents.ts';
import { SITE_FILES, siteFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { currentOperator } from '../../site-folder/operator.ts';
import { openTemporal } from '../../temporal/index.ts';
import { SCENARIO, SITE, worldFile } from './made.ts';
import { killServer } from './server.ts';

/** How long one command of a takeover may take on a busy machine. */
const COMMAND_MS = 60_000;
const NOTHING_BEGUN = `no install of ${SITE} on this machine`;

/** One operator: a home, and a state folder that says who it is. */
export interface Laptop {
  /** What all operators share: the appliance, the plan and the log. */
  readonly root: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: PrivateFolder;
}

export async function laptopOf(root: string, number: number): Promise<Laptop> {
  const place = join(root, `laptop-${number}`);
  const home = join(place, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const environment = { ...process.env, ALGA_APPLIANCE_HOME: home, XDG_STATE_HOME: join(place, 'state') };
  return { root, home, environment, folder: siteFolder(home, SITE) };
}

/** What came of a takeover. `wrong`: null when it held. */
interface Taken {
  readonly wrong: string | null;
  /** The site had no holder: the order does not exist yet. */
  readonly isUnheld: boolean;
}

/**
 * Has one operator take the site over from another whose worker and server are gone, by the product's own `resume --take-over`, with a
 * copy of the site's folder; `withoutCarried`: one that lacks the install's state, where the appliance has it. No worker may run.
 */
export async function takeOver(
  from: Laptop,
  to: Laptop,
  { speed, withoutCarried }: { readonly speed: number; readonly withoutCarried: boolean },
): Promise<Taken> {
  // Whoever looked at the install while it was struck may have started it again.
  await killServer(from.home);
  await cp(from.folder.root, to.folder.root, { recursive: true });
  const ports = await portsOf(to, speed);
  const before = await held(to, ports);
  if (withoutCarried && before.inCluster !== null) await rm(to.folder.path(SITE_FILES.carried), { force: true });
  const inFolder = await readState(to.folder, SITE_FILES.carried, CARRIED_INSTALL);
  const newest = [inFolder, before.inCluster].reduce<CarriedInstall | null>(
    (best, one) => (one !== null && isNewer(one, best) ? one : best),
    null,
  );
  const { exit, said } = await call(to, ports, ['resume', '--take-over', '--detach', '--site', SITE]);
  const isUnheld = before.record === null && before.lease === null;
  if (isUnheld) {
    const isTold = exit === EXIT.usage && said.includes(NOTHING_BEGUN);
    return { isUnheld, wrong: isTold ? null : `the site had no holder, and resume ended with ${exit}: ${said}` };
  }
  const wrong = async (): Promise<string | null> => {
    if (exit !== EXIT.done) return `resume --take-over ended with ${exit}: ${said}`;
    if (newest !== null && !said.includes(`last recorded it, at ${newest.writtenAt}.`))
      return `it did not continue from the newest copy, of ${newest.writtenAt}: ${said}`;
    const { operatorId } = await ports.operator();
    const epoch = 1 + Math.max(before.record?.epoch ?? 0, before.lease?.epoch ?? 0);
    const after = await held(to, ports);
    for (const [where, holder] of [
      ['the folder', after.record],
      // Where the API server does not answer yet, the first step that reaches it claims it.
      ...(before.lease === null ? [] : [['the Lease', after.lease] as const]),
    ] as const)
      if (holder?.operatorId !== operatorId || holder.epoch !== epoch)
        return `${where} names ${holder?.operatorId ?? 'nobody'} (epoch ${holder?.epoch ?? 'none'}) instead of ${operatorId} (epoch ${epoch})`;
    return before.lease === null ? null : lateWrite(to, ports, before.lease);
  };
  return { isUnheld, wrong: await wrong() };
}

/** Says what is wrong with who holds the site at the end; null when nothing is. No worker may run. */
export async function faultOfHolder(last: Laptop, earlier: readonly Laptop[], speed: number): Promise<string | null> {
  const ports = await portsOf(last, speed);
  const { record, lease } = await held(last, ports);
  const { operatorId } = await ports.operator();
  if (lease?.operatorId !== operatorId || lease.epoch !== record?.epoch)
    return `at the end the Lease names ${lease?.operatorId ?? 'nobody'} (epoch ${lease?.epoch ?? 'none'}), the folder ${record?.operatorId ?? 'nobody'} (epoch ${record?.epoch ?? 'none'}), and the last operator is ${operatorId}`;
  for (const one of earlier) {
    const holder = await recordedHolder(one.folder);
    const wrong = holder && (await lateWrite(last, ports, holder));
    if (wrong !== null) return wrong;
  }
  return null;
}

/** A write of a holder of before: null when the API server refuses it. */
async function lateWrite({ folder }: Laptop, ports: Ports, holder: Holder): Promise<string | null> {
  const metadata = { name: 'late-write', namespace: NAMESPACES.releases };
  const own = await ports.kubernetes.connect(folder.path(SITE_FILES.kubeconfig), holderUser(holder));
  try {
    await own.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} }, AbortSignal.timeout(COMMAND_MS));
    return `a write of the holder of epoch ${holder.epoch} was taken`;
  } catch (error) {
    if (error instanceof ClusterError && error.fault === 'forbidden') return null;
    return `a write of the holder of epoch ${holder.epoch} was not refused but failed: ${String(error)}`;
  }
}

interface Held {
  readonly record: Holder | null;
  readonly lease: Holder | null;
  readonly inCluster: CarriedInstall | null;
}

const configMap = z.looseObject({ data: z.record(z.string(), z.string()) });

/** What folder and appliance say; null for what the appliance does not say, or does not answer. */
async function held({ folder }: Laptop, ports: Ports): Promise<Held> {
  const record = await recordedHolder(folder);
  const path = folder.path(SITE_FILES.kubeconfig);
  if (!(await folder.exists(SITE_FILES.kubeconfig))) return { record, lease: null, inCluster: null };
  const cluster = await ports.kubernetes.connect(path);
  const signal = AbortSignal.timeout(COMMAND_MS);
  try {
    const lease = await readLease(cluster, signal);
    return { record, lease: lease?.holder ?? null, inCluster: await carriedIn(cluster, signal) };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { record, lease: null, inCluster: null };
  }
}

async function carriedIn(cluster: Cluster, signal: AbortSignal): Promise<CarriedInstall | null> {
  const found = await cluster.get(ref.configMap(NAMESPACES.releases, OBJECTS.carriedInstall), signal);
  if (found === null) return null;
  const read = readDocumentText(CARRIED_INSTALL, configMap.parse(found).data[SITE_FILES.carried] ?? '');
  return 'value' in read ? read.value : null;
}

async function portsOf({ root, home, environment }: Laptop, speed: number): Promise<Ports> {
  const operator = await currentOperator(environment);
  return simulationPorts({ scenario: SCENARIO, speed, home, operator, stateFile: worldFile(root) });
}

/** The client as a person calls it, on the simulated appliance. The worker is left to whoever plays: only one may have the appliance open. */
async function call(
  { home, environment }: Laptop,
  ports: Ports,
  argv: readonly string[],
): Promise<{ readonly exit: number; readonly said: string }> {
  let said = '';
  const services: Partial<Services> = {
    cluster: (kubeconfig, as) => ports.kubernetes.connect(kubeconfig, as),
    openInstalls: async (options) => createInstallClient(await openTemporal(options), home, options.signal),
    ensureWorker: async () => ({
      pid: process.pid,
      logFile: 'proof-worker.log',
      startedNow: true,
      detached: true,
      stop: async () => {},
      exited: new Promise<number | null>(() => {}),
    }),
  };
  const exit = await main(argv, {
    stdin: Readable.from([]),
    stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stderr: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said += chunk.toString('utf8');
        done();
      },
    }),
    stdinIsTty: false,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: () => 100,
    rows: () => 40,
    env: environment,
    cwd: home,
    signal: AbortSignal.timeout(COMMAND_MS),
    services,
  });
  return { exit, said: said.trim() };
}
