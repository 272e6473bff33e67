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
    title: 'pull images in advance',
    profile: 'wait',
    when: ({ prepullImages }) => prepullImages,
    dependsOn: SOFTWARE,
    plan: ({ prepullImages }) => (prepullImages ? ['pull the images on the node'] : []),
  },
  {
    name: 'connectSource',
    title: 'connect Flux to the Git source',
    profile: 'wait',
    dependsOn: SOFTWARE,
    plan: ({ repo }) => [`make Flux follow ${repo.url}, branch ${repo.branch}, folder ${repo.path}`],
    leaves: () => 'Flux follows the Git source: it continues to deploy the application without the installer.',
  },
]);
