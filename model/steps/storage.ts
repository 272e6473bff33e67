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
    leaves: ({ wipe, wipeBegun }) => {
      if (wipe === 'wiped') return 'The application data of the earlier appliance is wiped.';
      return wipeBegun
        ? 'The wipe of the earlier appliance had begun: its workloads and its data may be deleted, in part or whole, and Flux is suspended. ' +
            '`start --fresh` ends it; `start --recover` keeps what is there if the database still is, and says so if it is not.'
        : null;
    },
  },
  {
    name: 'provisionStorage',
    title: 'storage and its test',
    profile: 'wait',
    plan: () => ['install the local-path provisioner and test it with a small volume'],
    leaves: () => 'The storage provisioner may be installed.',
  },
]);
