import { phase } from './step.ts';

export const storage = phase('storage', [
  {
    name: 'wipeApplicationData',
    title: 'wipe application data of an earlier install',
    profile: 'wait',
    when: ({ mode }) => mode === 'fresh',
    plan: ({ mode, wipeConfirmed }) =>
      mode === 'fresh'
        ? [
            'on a node with an earlier appliance of this site: wipe its application data, after every check' +
              (wipeConfirmed ? '' : ' and only with consent (--yes, or the typed name)'),
          ]
        : ['keep all data and credentials'],
    leaves: ({ wipe }) => (wipe === 'wiped' ? 'The application data of the earlier appliance is wiped.' : null),
  },
  {
    name: 'provisionStorage',
    title: 'storage and its test',
    profile: 'wait',
    plan: () => ['install the local-path provisioner and test it with a small volume'],
    leaves: () => 'The storage provisioner may be installed.',
  },
]);
