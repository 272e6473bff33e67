import { advise, asCode, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Temporal's schema was not set up, or is another version's. */
export const rule: Rule = {
  code: 'temporal-schema-missing',
  title: 'Temporal’s database schema is missing',
  retry: 'after-change',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /sql schema version compatibility check failed|unable to read DB schema version|version mismatch for (?:keyspace\/database|keyspace|database)|Expected version: [\d.]+ cannot be greater than Actual version/i,
      source: 'temporal common/persistence/schema/version.go',
    },
    {
      pattern:
        /schema_version|(?:update|setup|create) SQL schema|error listing schema dir|relation "(?:namespaces|namespace_metadata|queue_metadata|shards|executions|nexus_endpoints|cluster_metadata_info|executions_visibility|cluster_membership|schema_update_history)" does not exist/i,
      source: 'temporal schema/postgresql, through lib/pq; appliance contract',
    },
    {
      pattern: /(?:database|schema) "?temporal(?:_visibility)?"? does not exist/i,
      source: 'lib/pq through temporal-server',
    },
  ],
  reason: () => 'The database has no Temporal schema of the right version: autosetup did not run.',
  advice: () =>
    advise`The server's command must be ${asCode('/etc/temporal/entrypoint.sh', 'autosetup')}: choose a release whose chart has it, then recreate the pod: ${kubectl('-n', 'msp', 'rollout', 'restart', 'deployment/temporal')}.`,
};
