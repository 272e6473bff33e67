import { SOFTWARE } from './depends.ts';
import { phase } from './step.ts';

export const release = phase('release', [
  {
    name: 'selectRelease',
    title: 'select the release',
    profile: 'apply',
    dependsOn: SOFTWARE,
    plan: (spec) => [`select release ${spec.release.releaseVersion}, profile ${spec.profile}`],
  },
  {
    name: 'prepullImages',
    title: 'pull images beforehand',
    profile: 'wait',
    when: ({ prepullImages }) => prepullImages,
    dependsOn: SOFTWARE,
    plan: ({ prepullImages }) => (prepullImages ? ['have the node pull the images'] : []),
  },
  {
    name: 'connectSource',
    title: 'connect Flux to the Git source',
    profile: 'wait',
    dependsOn: SOFTWARE,
    plan: ({ repo }) => [`have Flux follow ${repo.url}, branch ${repo.branch}, folder ${repo.path}`],
    leaves: () => 'Flux follows the Git source: it goes on deploying the application without the installer.',
  },
]);
