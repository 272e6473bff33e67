import { anew, appliance, helm, kubectl } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** Data exists and the credentials that open it do not. */
export const rule: Rule = {
  code: 'credentials-lost',
  title: 'The database’s credentials are gone, its data is not',
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
    'The Postgres volume exists and the Secret db-credentials does not: new credentials would not open the old data.',
  nextAction: (context) =>
    `Put the Secret back, from a backup or as Helm remembers it (\`${helm(context, 'get manifest alga-core')}\`): \`${kubectl(context, '-n msp apply -f <db-credentials.yaml>')}\`, then \`${appliance(context, 'retry')}\`. If the data is not needed, wipe it: ${anew(context, 'start --fresh')}.`,
};
