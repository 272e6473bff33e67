import { anew } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A fresh install met an application database with data in it. */
export const rule: Rule = {
  code: 'bootstrap-existing-data',
  title: 'A fresh install met existing data',
  retry: 'manual',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /(?:existing|already (?:contains|has|holds)|not empty|has).{0,80}(?:application )?(?:data|users|tables|rows).{0,160}(?:fresh|recover|BOOTSTRAP_MODE|wipe|refus)|(?:fresh|BOOTSTRAP_MODE=fresh|refus\w+).{0,160}(?:existing (?:application )?(?:data|database|users)|already (?:contains|has|holds|exists|populated|initiali[sz]ed)|not empty|is populated|contains data)/i,
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
    'The install was ordered as fresh, and the application database already holds data. Nothing was overwritten.',
  nextAction: (context) =>
    `To keep the data: ${anew(context, 'start --recover')}. To give it up: ${anew(context, 'start --fresh')}, which asks for the site's name before it wipes.`,
};
