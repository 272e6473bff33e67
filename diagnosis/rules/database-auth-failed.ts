import { advise, anew } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Postgres refuses the password or role. */
export const rule: Rule = {
  code: 'database-auth-failed',
  title: 'Postgres refuses the password',
  retry: 'manual',
  domains: ['log', 'probe'],
  wordings: [
    {
      pattern:
        /password authentication failed(?: for user "(?<user>[^"]+)")?|28P01|(?:SCRAM|SASL|md5|peer|ident|GSSAPI) authentication failed|authentication failed (?:for user "(?<key>[^"]+)"|against (?:the )?(?:database|postgres))|database credentials .{0,60}(?:are )?(?:not valid|invalid|wrong)/i,
      source: 'PostgreSQL auth.c; charts/alga-core bootstrap job',
    },
    {
      pattern:
        /no pg_hba\.conf entry for host|pg_hba\.conf rejects connection|role "(?<user>[^"]+)" is not permitted to log in|permission denied for (?:database|schema|table|relation|sequence)|invalid_password|invalid_authorization_specification|no password (?:supplied|was provided)|SCRAM-SERVER-FIRST-MESSAGE|client password must be a string|must be owner of/i,
      source: 'PostgreSQL hba.c, miscinit.c, node-postgres',
    },
  ],
  reason: ({ facts, component }) =>
    `Postgres refuses the password or role${facts?.user ? ` of ${facts.user}` : ''} that ${component} uses: the stored credentials are not the ones that the database was created with.`,
  advice: () =>
    advise`To keep the data: restore the original Secret db-credentials and run ${anew('--recover')}. To delete the data: ${anew('--fresh')}, which wipes it before it installs.`,
};
