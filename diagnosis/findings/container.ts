import type { Domain } from '../rule.ts';
import type { Container, ContainerStatus, Terminated } from '../../kubernetes/shapes.ts';

/** At what a container stands still; each stage has its own witnesses. */
export type Stage =
  | { readonly kind: 'pull'; readonly reason: string; readonly message: string }
  | { readonly kind: 'config'; readonly domain: Domain; readonly reason: string; readonly message: string }
  | {
      readonly kind: 'ended';
      readonly reason: string;
      readonly ended: Terminated;
      readonly restarts: number;
      readonly looping: boolean;
    }
  | {
      readonly kind: 'unready';
      readonly startedAt: string | null;
      readonly restarts: number;
      readonly ended: Terminated | null;
      /** An init container that runs is not ready by nature: only its log can say that it will never end. */
      readonly init: boolean;
    }
  | { readonly kind: 'preparing'; readonly reason: string }
  | { readonly kind: 'fine' };

const PULL = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const CONFIG: Readonly<Record<string, Domain>> = {
  CreateContainerConfigError: 'config',
  CreateContainerError: 'config',
  PreCreateHookError: 'start',
  PreStartHookError: 'start',
  PostStartHookError: 'start',
  RunContainerError: 'start',
  StartError: 'start',
  ContainerCannotRun: 'start',
};
const START_ENDINGS = new Set(['StartError', 'ContainerCannotRun']);

/** `spec` matters for a sidecar among the init containers. */
export function stageOf(status: ContainerStatus, init: boolean, spec: Container | undefined): Stage {
  const { waiting, running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated ?? null;
  const restarts = status.restartCount ?? 0;
  if (waiting) {
    const reason = waiting.reason ?? '';
    const message = waiting.message ?? '';
    if (PULL.has(reason)) return { kind: 'pull', reason, message };
    const domain = CONFIG[reason];
    if (domain) return { kind: 'config', domain, reason, message };
    if (last && (reason === 'CrashLoopBackOff' || last.exitCode !== 0)) {
      return { kind: 'ended', reason, ended: last, restarts, looping: reason === 'CrashLoopBackOff' };
    }
    if (reason === 'CrashLoopBackOff') return { kind: 'ended', reason, ended: {}, restarts, looping: true };
    return { kind: 'preparing', reason };
  }
  if (terminated) {
    if (terminated.exitCode === 0) return { kind: 'fine' };
    if (START_ENDINGS.has(terminated.reason ?? '')) {
      return { kind: 'config', domain: 'start', reason: terminated.reason ?? '', message: terminated.message ?? '' };
    }
    return { kind: 'ended', reason: terminated.reason ?? 'Error', ended: terminated, restarts, looping: false };
  }
  if (running) {
    const sidecar = init && spec?.restartPolicy === 'Always';
    if (status.ready === true || (sidecar && status.started === true)) return { kind: 'fine' };
    return { kind: 'unready', startedAt: running.startedAt ?? null, restarts, ended: last, init: init && !sidecar };
  }
  return { kind: 'preparing', reason: '' };
}
