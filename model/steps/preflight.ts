import { phase } from './step.ts';

export const preflight = phase('preflight', [
  {
    name: 'checkEverything',
    title: 'check inputs, machine, release, branch and images',
    profile: 'wait',
    plan: (spec) => [
      'check this machine, the node, the release, the Git branch and the image tags; touch nothing',
      ...(spec.skipImageTagValidation ? ['image tags are not checked (--skip-image-tag-validation)'] : []),
    ],
  },
]);
