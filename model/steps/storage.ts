import { phase } from './step.ts';

const UNKNOWN_STAGE =
  'The wipe of the earlier appliance had started: its workloads are deleted, and its claims, files, database and credentials may be ' +
  'deleted in part or whole. Flux is stopped. `start --fresh` completes the wipe; `start --recover` keeps the remaining data if the ' +
  'database still exists, and reports if it does not.';

/** What a cancelled wipe leaves, by its stage. */
const WIPE_LEAVES: Readonly<Record<string, string>> = {
  holding:
    'The wipe of the earlier appliance had deleted nothing yet: its workloads, data and credentials still exist. Flux may be stopped, ' +
    'so that nothing is repaired or updated: `start --recover` resumes it and keeps everything; `start --fresh` wipes.',
  application:
    'The wipe of the earlier appliance had started: its workloads may be deleted in part or whole, and Flux is stopped. Its claims, ' +
    'files, database and credentials all still exist. `start --recover` restores the workloads with them; `start --fresh` completes the wipe.',
  data: UNKNOWN_STAGE,
};

export const storage = phase('storage', [
  {
    name: 'wipeApplicationData',
    title: 'wipe application data of an earlier install',
    profile: 'wait',
    when: ({ mode }) => mode === 'fresh',
    plan: ({ mode }) =>
      mode === 'fresh'
        ? [
            'on a node with an earlier appliance of this site: wipe its application data, after every check and only with ' +
              'consent for that very data (--destroy <id>, or the typed name)',
          ]
        : ['keep all data and credentials'],
    leaves: ({ wipe, wipeStage }) => {
      if (wipe === 'wiped') return 'The application data of the earlier appliance is wiped.';
      return wipe === undefined && wipeStage !== undefined ? (WIPE_LEAVES[wipeStage] ?? UNKNOWN_STAGE) : null;
    },
  },
  {
    name: 'provisionStorage',
    title: 'install and test storage',
    profile: 'wait',
    plan: () => ['install the local-path provisioner and test it with a small volume'],
    leaves: () => 'The storage provisioner may be installed.',
  },
]);
