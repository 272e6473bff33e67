import { RETRY, advise, anew, helm, holeFor, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Data exists and the credentials that open it do not. */
export const rule: Rule = {
  code: 'credentials-lost',
  title: 'The database credentials are missing, but its data exists',
  retry: 'manual',
  domains: ['helm', 'log', 'kube-api'],
  wordings: [
    {
      pattern:
        /^(?=[\s\S]*db-credentials)(?=[\s\S]*(?:postgres-data|PersistentVolumeClaim|\bPVC\b|volume|existing data))(?=[\s\S]*(?:missing|not found|does not|absent|gone|lost|refus))/i,
      source: 'appliance contract, secrets',
    },
  ],
  unless: /MountVolume|couldn't find key/i,
  reason: () =>
    'The Postgres volume exists, but the Secret db-credentials does not. New credentials would not open the existing data.',
  advice: () =>
    advise`Restore the Secret from a backup, or as Helm recorded it (${helm('get', 'manifest', 'alga-core')}): ${kubectl('-n', 'msp', 'apply', '-f', holeFor('db-credentials.yaml'))}, then ${RETRY}. If the data is not needed, wipe it: ${anew('--fresh')}.`,
};
