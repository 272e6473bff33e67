import { NAMESPACES, OBJECTS } from '../../../../model/appliance.ts';
import { kubeconfigPath, openCluster } from '../../../cluster.ts';
import { SITE_FILES } from '../../../../site-folder/index.ts';
import { blockerFor } from '../../../stop.ts';
import { isOutage } from '../../../wait.ts';
import { credentialsLost } from '../../storage/credentials-lost.ts';
import { failed, passed, skipped } from '../check.ts';
import type { Check } from '../check.ts';

/** Recovering keeps the database: its credentials must be there as long as its volume is. */
export const databaseCredentials: Check = {
  id: 'database-credentials',
  title: 'Credentials of a database that is there',
  group: 'node',
  run: async (look) => {
    const { spec, folder, signal } = look;
    if (spec.mode === 'fresh') return skipped('a fresh install makes new ones, with a new database');
    const kubeconfig = kubeconfigPath(look);
    if (spec.existingCluster.kubeconfig === null && !(await folder.exists(SITE_FILES.kubeconfig)))
      return skipped('no kubeconfig is here yet: it is looked at before storage is touched');
    try {
      const cluster = await openCluster(look);
      if (!(await credentialsLost(cluster, signal))) return passed('what is there can be opened, or nothing is there');
    } catch (error) {
      if (!isOutage(error)) throw error;
      return skipped(`the API server does not answer: it is looked at before storage is touched (${error.message})`);
    }
    const secret = `${NAMESPACES.workloads}/${OBJECTS.databaseSecret}`;
    return failed(
      blockerFor(look, 'credentials-lost', {
        component: 'db',
        tier: 'core',
        object: `Secret ${secret}`,
        nextAction:
          `Put the Secret back from a backup: \`kubectl --kubeconfig ${kubeconfig} -n ${NAMESPACES.workloads} apply -f <db-credentials.yaml>\`, ` +
          'and recover again. If the data is not needed, start with --fresh instead of --recover: that wipes it.',
      }),
    );
  },
};
