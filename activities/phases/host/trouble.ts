import { classifyText } from '../../../diagnosis/index.ts';
import type { Blocker } from '../../../model/blocker.ts';
import { Blocked } from '../../blocked.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosService, TalosTarget } from '../../ports/talos.ts';

/** A passing failure is told only when a later look, after this time, finds it again. */
const LASTS_MS = 2_000;
/** Lines of the kernel log that speak of now; what is further up may be overtaken. */
const NEWEST_LINES = 5;

/** Watches for the same trouble at one look after another. */
export interface TroubleWatch {
  /** Gives what the node's own words say is wrong, in one line, or null. Throws Blocked when it does not go away. */
  look(services: readonly TalosService[]): Promise<string | null>;
}

/**
 * What the node itself reports while it starts: the last events of its services first, then the end of its kernel
 * log. So a name that cannot be resolved is reported while the node still retries.
 */
export function watchTrouble(context: PhaseContext, target: TalosTarget): TroubleWatch {
  const { clock } = context.ports;
  let last: string | null = null;
  let since = 0;
  return {
    look: async (services) => {
      const found = inServices(context, services) ?? (await inLog(context, target));
      const now = clock.now().getTime();
      if ((found?.code ?? null) !== last) since = now;
      last = found?.code ?? null;
      if (!found) return null;
      const error = new Blocked([found]);
      if (now - since >= LASTS_MS || context.isParkedOn(error)) throw error;
      return found.reason;
    },
  };
}

function inServices(context: PhaseContext, services: readonly TalosService[]): Blocker | null {
  for (const { id, message } of services) {
    const found = classify(context, `service ${id}`, message);
    if (found) return found;
  }
  return null;
}

async function inLog(context: PhaseContext, target: TalosTarget): Promise<Blocker | null> {
  const lines = await context.ports.talos.kernelLog(target, context.signal).catch(unlessTalos);
  for (const line of lines.slice(-NEWEST_LINES).toReversed()) {
    const found = classify(context, `node ${target.nodeIp}`, line);
    if (found) return found;
  }
  return null;
}

/** Only what a person can fix counts: that something is not running yet is what the step waits for. */
const MENDABLE = new Set([
  'dns-resolution-failure',
  'clock-skew',
  'talos-disk-not-found',
  'disk-pressure',
  'certificate-expired',
]);

function classify(context: PhaseContext, object: string, message: string): Blocker | null {
  const { spec, ports } = context;
  const at = ports.clock.now().toISOString();
  const place = { component: 'talos', tier: 'platform', siteId: spec.siteId, nodeIp: spec.nodeIp } as const;
  const found = classifyText(message, { ...place, source: 'talosctl', object, at });
  return found && MENDABLE.has(found.code) ? found : null;
}

function unlessTalos(error: unknown): string[] {
  if (error instanceof TalosError) return [];
  throw error;
}
