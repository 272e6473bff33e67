import { RETRY, advise, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The source refuses Flux's credentials. */
export const rule: Rule = {
  code: 'flux-source-auth',
  title: 'The source refuses Flux’s credentials',
  retry: 'after-change',
  domains: ['flux-source'],
  wordings: [
    {
      pattern:
        /authentication (?:required|failed)|authorization failed|unable to authenticate|invalid (?:username|credentials|auth)|bad credentials|could not read (?:username|password)|permission denied \(publickey|access denied|support for password authentication was removed|Invalid username or (?:password|token)/i,
      source: 'go-git transport, GitHub',
    },
    { pattern: /\b(?:401|403)\b|unauthorized|\bforbidden\b|denied/i, source: 'HTTP answers of Git and OCI servers' },
    {
      pattern:
        /repository (?:"[^"]*" )?not found|repository does not exist|project you were looking for could not be found/i,
      source: 'go-git ErrRepositoryNotFound: what a private repository answers without credentials',
    },
    {
      pattern:
        /ssh: handshake failed(?!: ?(?:read |write |EOF|unexpected EOF|$))|knownhosts: key|host key|known_hosts|failed to (?:get|configure|find) .{0,40}(?:auth|secret|credential)|secrets? "[^"]+" not found|AuthenticationFailed/i,
      source: 'source-controller, Go ssh',
    },
  ],
  unless: /dial tcp|rate limit|toomanyrequests/i,
  reason: ({ object }) =>
    `The source of ${object} refuses the credentials of Flux, or requires credentials and Flux has none.`,
  advice: () =>
    advise`Check the repository's address and give Flux a token or key that may read it (the Secret that ${kubectl('-n', 'flux-system', 'get', 'gitrepository', 'alga-appliance', '-o', 'yaml')} names in secretRef), then ${RETRY}.`,
};
