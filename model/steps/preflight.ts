import { phase } from './step.ts';

export const preflight = phase('preflight', [
  {
    name: 'checkEverything',
    title: 'check inputs, machine, release, branch and images',
    profile: 'wait',
    onlyLooks: true,
    plan: (spec) => [
      'check this machine, the node, the release, the Git branch and the image tags; change nothing',
      ...(spec.skipImageTagValidation ? ['image tags are not checked (--skip-image-tag-validation)'] : []),
    ],
  },
]);
