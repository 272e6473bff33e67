import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const workerImageMissing: Scenario = {
  ...ALL_WELL,
  name: 'worker-image-missing',
  title: 'The workflow worker has no image of this tag',
  shows: 'a background failure does not affect login: the install ends ready, with background issues',
  missingTags: ['ghcr.io/nine-minds/workflow-worker'],
};
