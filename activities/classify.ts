import { redact } from '../redaction/index.ts';
import { classifyText } from '../diagnosis/index.ts';
import type { Facts } from '../diagnosis/index.ts';
import { HeldByAnother, OperationRuns, holderInWords } from '../holder/errors.ts';
import type { Blocker, BlockerCode } from '../model/blocker.ts';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import { BODY } from '../model/timing.ts';
import { ProgramMissingError } from '../tools/missing.ts';
import { Blocked } from './blocked.ts';
import { ClusterError } from './ports/kubernetes.ts';
import { ManifestsError } from './ports/manifests.ts';
import type { ClusterFault } from './ports/kubernetes.ts';
import { TalosError } from './ports/talos.ts';
import type { TalosFault } from './ports/talos.ts';
import { blockerFor } from './stop.ts';
import type { Where } from './stop.ts';
import { RECHECKS, RETRY, advise, asCode } from '../model/advice.ts';
import type { Advice } from '../model/advice.ts';

const HOLDER_LEASE = `Lease ${NAMESPACES.releases}/${OBJECTS.holderLease}`;
const LONGEST_MESSAGE = 2_000;

/** A failure as it is understood: who said it, where, and which code it has when its words name none. */
interface Cause {
  readonly source: string;
  readonly object: string;
  readonly message: string;
  readonly code: BlockerCode | null;
  /** May be over when it is tried again. */
  readonly passing: boolean;
  /** The words may name a closer cause than the code. */
  readonly wordsCount: boolean;
  readonly facts?: Facts;
  /** Words that say more than the code's own. */
  readonly words?: { readonly reason: string; readonly advice: Advice };
}

/**
 * Null if the phase is to be tried again first; `failures` counts from 1. Anything that no rule knows, a defect of
 * the installer included, is an unknown failure with its redacted words, and never one that parks without a report.
 */
export function blockersOf(error: unknown, context: Where, failures: number): Blocker[] | null {
  if (error instanceof Blocked) return [...error.blockers];
  const cause = causeOf(error, context.spec.nodeIp);
  if (cause.passing && failures < BODY.attempts) return null;
  return [inWords(cause, context)];
}

/** The blockers of an error without the patience of `blockersOf`. */
export function blockersAtOnce(error: unknown, context: Where): Blocker[] {
  return blockersOf(error, context, Number.POSITIVE_INFINITY) ?? [];
}

function inWords(cause: Cause, context: Where): Blocker {
  const at = context.ports.clock.now().toISOString();
  const { source, object, facts } = cause;
  const message = redact(cause.message).slice(0, LONGEST_MESSAGE);
  const where = { component: source, object, ...(facts && { facts }) };
  const named = cause.wordsCount
    ? classifyText(message, {
        ...where,
        source,
        tier: 'platform',
        at,
        siteId: context.spec.siteId,
        nodeIp: context.spec.nodeIp,
      })
    : null;
  return (
    named ??
    blockerFor(context, cause.code ?? 'unknown-failure', {
      ...where,
      ...cause.words,
      evidence: [{ source, object, message, at }],
    })
  );
}

function causeOf(error: unknown, nodeIp: string): Cause {
  if (error instanceof TalosError) return talosCause(error, nodeIp);
  if (error instanceof ClusterError) return clusterCause(error);
  if (error instanceof HeldByAnother) {
    const who = holderInWords(error.holder);
    const object = error.saidBy === 'appliance' ? HOLDER_LEASE : `this machine's folder of the site`;
    return { ...operator(error.message), object, code: 'site-held-elsewhere', passing: false, facts: { user: who } };
  }
  if (error instanceof OperationRuns) {
    const { kind, since } = error.operation;
    const words = {
      reason: `Another operation is running on this site: ${kind}, since ${since}. Nothing is done until it ends.`,
      advice: advise`Wait until it ends. ${RECHECKS}`,
    };
    return { ...operator(error.message), object: HOLDER_LEASE, code: 'site-held-elsewhere', passing: false, words };
  }
  if (error instanceof ManifestsError) {
    const passing = error.fault === 'unreachable' || error.fault === 'dns';
    const code = passing ? 'flux-source-unreachable' : 'release-invalid';
    const words = {
      reason: `The manifests of Flux are not available: ${error.message}`,
      advice: advise`Connect this machine to the internet, or start again with ${asCode('--flux-manifests')} and a file of that version.`,
    };
    const cause = { ...operator(error.message), object: 'Flux manifests', code, passing } as const;
    return passing ? { ...cause, words } : { ...cause, facts: { detail: error.message } };
  }
  if (error instanceof ProgramMissingError) {
    const [message = error.message] = error.message.split('\n');
    const facts = { tool: error.programId };
    return { ...operator(message), code: 'operator-tool-missing', passing: false, facts };
  }
  const fileCode = fileSystemCode(error);
  if (fileCode && error instanceof Error) {
    const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
    return {
      ...operator(error.message),
      code: fileCode,
      passing: false,
      ...(path !== undefined && { facts: { path } }),
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { ...operator(message), source: 'installer', code: null, passing: true };
}

function operator(message: string): Pick<Cause, 'source' | 'object' | 'message' | 'wordsCount'> {
  return { source: 'operator', object: 'this machine', message, wordsCount: false };
}

/** Words count where the fault is only how the call ended, not why. */
const TALOS: Record<TalosFault, { code: BlockerCode | null; passing: boolean; wordsCount: boolean }> = {
  'tool-missing': { code: 'operator-tool-missing', passing: false, wordsCount: false },
  'tls-mismatch': { code: 'talos-tls-mismatch', passing: false, wordsCount: false },
  'certificate-time': { code: 'clock-skew', passing: false, wordsCount: true },
  denied: { code: 'talos-tls-mismatch', passing: false, wordsCount: false },
  'not-in-maintenance': { code: 'talos-already-configured', passing: false, wordsCount: false },
  'config-invalid': { code: 'talos-config-invalid', passing: false, wordsCount: true },
  dns: { code: 'dns-resolution-failure', passing: true, wordsCount: true },
  unreachable: { code: 'talos-api-unreachable', passing: true, wordsCount: true },
  timeout: { code: 'talos-api-unreachable', passing: true, wordsCount: true },
  'not-yet': { code: 'talos-api-unreachable', passing: true, wordsCount: true },
  'already-exists': { code: null, passing: false, wordsCount: false },
  other: { code: null, passing: true, wordsCount: true },
};

function talosCause(error: TalosError, nodeIp: string): Cause {
  const { command, stderr, exitCode } = error.answer;
  const known = TALOS[error.fault];
  const silent = known.code === 'talos-api-unreachable' && command.includes('--insecure');
  return {
    source: 'talosctl',
    object: `node ${nodeIp}`,
    message: stderr.trim() || `${command} ended with exit code ${exitCode ?? 'none'} and no message`,
    ...known,
    ...(silent && { code: 'talos-maintenance-unreachable', wordsCount: false }),
    ...(error.fault === 'tool-missing' && { facts: { tool: 'talosctl' } }),
  };
}

const CLUSTER: Record<ClusterFault, { code: BlockerCode | null; passing: boolean; wordsCount: boolean }> = {
  unreachable: { code: 'kubernetes-unreachable', passing: true, wordsCount: true },
  timeout: { code: 'kubernetes-unreachable', passing: true, wordsCount: true },
  tls: { code: 'foreign-cluster', passing: false, wordsCount: true },
  unauthorized: { code: 'foreign-cluster', passing: false, wordsCount: false },
  'refused-kubeconfig': { code: 'foreign-cluster', passing: false, wordsCount: false },
  forbidden: { code: null, passing: false, wordsCount: true },
  'not-found': { code: null, passing: true, wordsCount: false },
  'already-exists': { code: null, passing: true, wordsCount: false },
  conflict: { code: null, passing: true, wordsCount: false },
  invalid: { code: null, passing: false, wordsCount: true },
  other: { code: null, passing: true, wordsCount: true },
};

function clusterCause(error: ClusterError): Cause {
  const { fault, object, message } = error;
  const cause = { source: 'kubernetes', object, message, ...CLUSTER[fault] };
  if (fault !== 'refused-kubeconfig') return cause;
  const words = {
    reason: `The kubeconfig in the site folder contains more than cluster access data: ${message}. Nothing was sent to a cluster.`,
    advice: advise`Check ${object}. If you did not write it, do not trust this node. Move the file away, then ${RETRY}: a new one is created from the node's data. To use your own kubeconfig: ${asCode('--kubeconfig')}.`,
  };
  return { ...cause, source: 'operator', words };
}

const FILE_SYSTEM: Record<string, BlockerCode> = {
  ENOSPC: 'operator-disk-full',
  EDQUOT: 'operator-disk-full',
  EACCES: 'operator-folder-unwritable',
  EPERM: 'operator-folder-unwritable',
  EROFS: 'operator-folder-unwritable',
  ENOTDIR: 'operator-folder-unwritable',
};

function fileSystemCode(error: unknown): BlockerCode | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return FILE_SYSTEM[error.code] ?? null;
}
