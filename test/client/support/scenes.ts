import type { ActiveOperation } from '../../../model/status.ts';
import type { InstallProgress } from '../../../model/progress.ts';
import { testBlocker } from '../../support/blockers.ts';
import { at, completed, progressIn } from './progress.ts';
import { running } from './scripted-installs.ts';
import type { Scene } from './scripted-installs.ts';

export const PULL: ActiveOperation = {
  kind: 'image-pull',
  component: 'alga-core',
  tier: 'login',
  object: 'msp/alga-core-sebastian-0',
  image: 'ghcr.io/nine-minds/alga-psa-ee:94446747',
  startedAt: at(40),
  elapsedSeconds: null,
  sizeBytes: 1_800_000_000,
  progressAvailable: false,
  progressReason: 'the node does not report how much of an image it has downloaded',
  message: 'Pulling ghcr.io/nine-minds/alga-psa-ee:94446747',
};

export const TAG_MISSING = testBlocker('image-tag-missing', {
  title: 'The image tag does not exist',
  component: 'alga-core',
  tier: 'login',
  reason: 'ghcr.io answers that alga-psa-ee has no tag 94446747.',
  evidence: [
    {
      source: 'event',
      object: 'Pod msp/alga-core-sebastian-0',
      message: 'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": not found',
      at: at(60),
    },
  ],
  nextAction: 'Choose a tag that exists: appliance-client set --alga-core-tag TAG.',
  retry: 'after-change',
  since: at(60),
});

export const WORKER_TAG_MISSING = testBlocker('image-tag-missing', {
  title: 'The image tag does not exist',
  component: 'workflow-worker',
  tier: 'background',
  loginBlocking: false,
  severity: 'warning',
  reason: 'ghcr.io answers that workflow-worker has no tag 61e4a00e.',
  nextAction: 'Choose a tag that exists: appliance-client set --workflow-worker-tag TAG.',
  retry: 'after-change',
  since: at(90),
});

export const HOST_WAIT = progressIn('host', {
  waits: [{ what: 'the maintenance API on 192.0.2.10', saw: 'connection refused', since: at(5), seenAt: at(5) }],
});

export const PARKED = progressIn(
  'login',
  { state: 'parked', blockers: [TAG_MISSING], nextAction: TAG_MISSING.nextAction },
  'blocked',
);

/** An install that waits, pulls, and then ends as given. */
export function story(...end: readonly { readonly at: number; readonly progress: InstallProgress }[]): Scene[] {
  return [
    { at: 0, view: running(null) },
    { at: 2, view: running(progressIn('preflight')) },
    { at: 5, view: running(HOST_WAIT) },
    { at: 40, view: running(progressIn('core', { activeOperations: [PULL] })) },
    ...end.map((scene) => ({
      at: scene.at,
      view: running(scene.progress, scene.progress.state === 'complete' ? { run: 'COMPLETED' } : {}),
    })),
  ];
}

export const READY = progressIn('background', { state: 'ready', warnings: [WORKER_TAG_MISSING] });
export const COMPLETE = completed({
  warnings: [WORKER_TAG_MISSING],
  facts: { reportFile: '/home/op/.alga-psa-appliance/appliance-single-node/install-report.json' },
});
