import { advise, anew } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A fresh install met an application database with data in it. */
export const rule: Rule = {
  code: 'bootstrap-existing-data',
  title: 'A fresh install found existing data',
  retry: 'manual',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /(?:existing|already (?:contains|has|holds)|not empty|has).{0,80}(?:application )?(?:data|users|tables|rows).{0,160}(?:fresh|recover|BOOTSTRAP_MODE|wipe|refus)|(?:fresh|BOOTSTRAP_MODE=fresh|refus\w).{0,170}(?:existing (?:application )?(?:data|database|users)|already (?:contains|has|holds|exists|populated|initiali[sz]ed)|not empty|is populated|contains data)/i,
      source: 'appliance contract: fresh and recover are explicit',
    },
    {
      pattern:
        /existing (?:application )?data(?:base)? (?:found|detected|present)|database (?:is not empty|already contains (?:application )?data|already (?:initiali[sz]ed|populated|seeded))/i,
      source: 'appliance contract',
    },
  ],
  unless: /exists but is not empty|skipping initialization|Skipping seeds|skip(?:ping)? seed/i,
  reason: () =>
    'The install was started with --fresh, but the application database already contains data. Nothing was overwritten.',
  advice: () =>
    advise`To keep the data: ${anew('--recover')}. To delete it: ${anew('--fresh')}, which asks for the site's name before it wipes.`,
};
