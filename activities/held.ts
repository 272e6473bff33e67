import { HeldByAnother } from '../holder/errors.ts';
import { fenced } from '../holder/fence.ts';
import { endOperation, insistOnLease, insistOnRecord } from '../holder/hold.ts';
import type { Surroundings } from '../holder/hold.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { DocumentUnreadableError } from '../site-folder/documents.ts';
import { kubeconfigPath } from './cluster.ts';
import type { PhaseContext, PhaseRun } from './phase-context.ts';
import type { Ports } from './ports/index.ts';
import type { KubernetesPort } from './ports/kubernetes.ts';

/** For how long the Lease is looked at before a step goes on to read: what keeps it from answering, the step itself will tell. */
const LOOK_MS = 3_000;

/** What an install is to the site: the operation that runs until it ends. */
const INSTALL = { kind: 'install' } as const;

/**
 * Runs the step for the present holder of the site only. The folder shows on this machine whose the site is, before
 * anything is asked of the appliance; the Lease shows it once the API server answers; and every write that is not the
 * holder's is refused.
 */
export function heldFirst(run: PhaseRun): PhaseRun {
  return async (context) => {
    const { folder, ports, signal } = context;
    // A folder that no order was recorded in is nobody's site yet.
    if (await folder.exists(SITE_FILES.record)) await insistOnRecord({ ...ports, folder });
    return run({ ...context, ports: { ...ports, kubernetes: held(ports, folder, signal) } });
  };
}

function held(ports: Ports, folder: PrivateFolder, signal: AbortSignal): KubernetesPort {
  return {
    connect: async (kubeconfig, as) => {
      const { kubernetes, operator, clock } = ports;
      if (as !== undefined) return kubernetes.connect(kubeconfig, as);
      const around: Surroundings = { folder, operator, clock, connect: (user) => kubernetes.connect(kubeconfig, user) };
      const cluster = await kubernetes.connect(kubeconfig);
      try {
        await insistOnLease(around, cluster, AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HeldByAnother || error instanceof DocumentUnreadableError) throw error;
      }
      return fenced(around, cluster, INSTALL);
    },
  };
}

/** The install has ended: another operation of the holder may begin. */
export async function endInstall(context: PhaseContext): Promise<void> {
  const { folder, ports, signal } = context;
  const { kubernetes, operator, clock } = ports;
  const path = kubeconfigPath(context);
  await endOperation({ folder, operator, clock, connect: (as) => kubernetes.connect(path, as) }, INSTALL.kind, signal);
}
