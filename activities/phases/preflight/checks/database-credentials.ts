import { NAMESPACES, OBJECTS } from '../../../../model/appliance.ts';
import { configWord, openCluster } from '../../../cluster.ts';
import { SITE_FILES } from '../../../../site-folder/index.ts';
import { blockerFor } from '../../../stop.ts';
import { isOutage } from '../../../wait.ts';
import { credentialsLost } from '../../storage/credentials-lost.ts';
import { failed, passed, skipped } from '../check.ts';
import type { Check } from '../check.ts';
import { RETRY, advise, anew, holeFor, run } from '../../../../model/advice.ts';

/** Recovering keeps the database: its credentials must be there as long as its volume is. */
export const databaseCredentials: Check = {
  id: 'database-credentials',
  title: 'Credentials of an existing database',
  group: 'node',
  run: async (look) => {
    const { spec, folder, signal } = look;
    if (spec.mode === 'fresh') return skipped('a fresh install creates new ones, with a new database');
    if (spec.existingCluster.kubeconfig === null && !(await folder.exists(SITE_FILES.kubeconfig)))
      return skipped('no kubeconfig yet: checked before storage is changed');
    try {
      const cluster = await openCluster(look);
      if (!(await credentialsLost(cluster, signal))) return passed('the credentials exist, or no database exists');
    } catch (error) {
      if (!isOutage(error)) throw error;
      return skipped(`the API server does not answer: checked before storage is changed (${error.message})`);
    }
    const secret = `${NAMESPACES.workloads}/${OBJECTS.databaseSecret}`;
    return failed(
      blockerFor(look, 'credentials-lost', {
        component: 'db',
        tier: 'core',
        object: `Secret ${secret}`,
        advice: advise`Restore the Secret from a backup: ${run('kubectl', '--kubeconfig', configWord(look, 'kubeconfig'), '-n', NAMESPACES.workloads, 'apply', '-f', holeFor('db-credentials.yaml'))}, then ${RETRY}. If the data is not needed: ${anew('--fresh')}, which wipes it.`,
      }),
    );
  },
};
