import { Runtime } from '@temporalio/worker';
import type { InjectedSinks } from '@temporalio/worker';
import type { Ports } from '../activities/ports/index.ts';
import { insistOnLease, recordedHolder } from '../holder/hold.ts';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import { CARRIED_INSTALL, CARRIED_MAX_BYTES, isNewer } from '../model/carried-install.ts';
import type { CarriedInstall, CarriedSinks, HandedOn } from '../model/carried-install.ts';
import { documentText } from '../model/documents.ts';
import { holderUser } from '../model/holder.ts';
import { SITE_RECORD } from '../model/site.ts';
import { readState, readStored, writeStored } from '../site-folder/documents.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import { readInputs } from '../site-folder/inputs.ts';

/** How long the write of one copy may take if the API server does not answer. */
const WRITE_MS = 20_000;

/** Stores what workflows pass on where another laptop finds it. */
export interface CarriedKeeper {
  readonly sinks: InjectedSinks<CarriedSinks>;
  /** Resolves once everything that was passed on is written, or failed to be. Never rejects. */
  settled(): Promise<void>;
}

/**
 * The worker's sinks. A copy is best effort and must not fail an install: a failed write is logged, and the end of the next step writes a
 * newer one. While one is being written only the newest of the others waits.
 */
export function carriedKeeper(portsOf: (siteId: string) => Ports): CarriedKeeper {
  const waiting = new Map<string, Handed>();
  const writing = new Map<string, Promise<void>>();
  const write = async (siteId: string): Promise<void> => {
    for (;;) {
      const next = waiting.get(siteId);
      waiting.delete(siteId);
      if (!next) break;
      try {
        await keep(portsOf(siteId), next);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        Runtime.instance().logger.warn('the copy of the install for another laptop was not written', { siteId, why });
      }
    }
    writing.delete(siteId);
  };
  return {
    sinks: {
      carried: {
        keep: {
          callDuringReplay: false,
          // The workflow's task waits for this function, so it does not wait for the write.
          fn: ({ workflowId }, handed) => {
            const { siteId } = handed.order.inputs;
            waiting.set(siteId, { ...handed, workflowId });
            if (!writing.has(siteId)) writing.set(siteId, write(siteId));
          },
        },
      },
    },
    settled: async () => {
      await Promise.all(writing.values());
    },
  };
}

interface Handed extends HandedOn {
  readonly workflowId: string;
}

/** Writes install.json, and then the ConfigMap if this operator holds the appliance; neither before a step has acted. */
async function keep(ports: Ports, { workflowId, order, state }: Handed): Promise<void> {
  const { siteId } = order.inputs;
  const folder = ports.folder(siteId);
  const [record, held] = await Promise.all([
    readStored(folder, SITE_FILES.record, SITE_RECORD),
    recordedHolder(folder),
  ]);
  const { operatorId, name } = await ports.operator();
  if (record === null || held?.operatorId !== operatorId) return;
  // A folder of that name may be another site's.
  const { siteUid } = order.inputs;
  if (siteUid !== undefined && siteUid !== record.siteUid) return;
  const carried: CarriedInstall = {
    siteId,
    ...(record.siteUid !== undefined && { siteUid: record.siteUid }),
    workflowId,
    epoch: held.epoch,
    counter: state.handedOn ?? 0,
    writtenAt: ports.clock.now().toISOString(),
    holder: { operatorId, name },
    order,
    state,
  };
  const text = documentText(CARRIED_INSTALL, carried);
  const bytes = Buffer.byteLength(text);
  if (bytes > CARRIED_MAX_BYTES) throw new Error(`it has ${bytes} bytes; the maximum is ${CARRIED_MAX_BYTES}`);
  if (!isNewer(carried, await readState(folder, SITE_FILES.carried, CARRIED_INSTALL))) return;
  await writeStored(folder, SITE_FILES.carried, CARRIED_INSTALL, carried);
  await copyToCluster(ports, carried, text);
}

async function copyToCluster(ports: Ports, { siteId, order }: CarriedInstall, text: string): Promise<void> {
  const folder = ports.folder(siteId);
  const inputs = await readInputs(folder, order.inputs);
  if (!('spec' in inputs)) return;
  const named = inputs.spec.existingCluster.kubeconfig;
  if (named === null && !(await folder.exists(SITE_FILES.kubeconfig))) return;
  const path = named ?? folder.path(SITE_FILES.kubeconfig);
  const signal = AbortSignal.timeout(WRITE_MS);
  const connect = (as?: string) => ports.kubernetes.connect(path, as);
  const lease = await insistOnLease({ ...ports, folder, connect }, await connect(), signal);
  // Nothing was written to this appliance yet: the first step that does creates the Lease.
  if (lease === null) return;
  const own = await connect(holderUser(lease.holder));
  const metadata = { name: OBJECTS.carriedInstall, namespace: NAMESPACES.releases };
  const data = { [SITE_FILES.carried]: text };
  await own.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, signal, { force: true });
}
