import { phase } from './step.ts';

const UNKNOWN_STAGE =
  'The wipe of the earlier appliance had begun: its workloads are deleted, and its claims, files, database and credentials may be, in ' +
  'part or whole. Flux is stopped. `start --fresh` ends the wipe; `start --recover` keeps what is there if the database still is, ' +
  'and says so if it is not.';

/** What a wipe leaves that was cancelled, by how far it had come. */
const WIPE_LEAVES: Readonly<Record<string, string>> = {
  holding:
    'The wipe of the earlier appliance had deleted nothing yet: its workloads, data and credentials are there. Flux may be stopped, so ' +
    'that nothing is mended or updated: `start --recover` has it go on and keeps everything; `start --fresh` wipes.',
  application:
    'The wipe of the earlier appliance had begun: its workloads may be deleted, in part or whole, and Flux is stopped. Its claims, ' +
    'files, database and credentials are all there. `start --recover` brings the workloads back with them; `start --fresh` ends the wipe.',
  data: UNKNOWN_STAGE,
};

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
    leaves: ({ wipe, wipeStage }) => {
      if (wipe === 'wiped') return 'The application data of the earlier appliance is wiped.';
      return wipe === undefined && wipeStage !== undefined ? (WIPE_LEAVES[wipeStage] ?? UNKNOWN_STAGE) : null;
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
