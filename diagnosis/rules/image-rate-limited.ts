import { recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The registry says: too many pulls. */
export const rule: Rule = {
  code: 'image-rate-limited',
  title: 'The registry limits the pulls',
  retry: 'automatic',
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /toomanyrequests|too many requests|\b429\b|rate[ -]?limit|pull limit|quota exceeded for (?:quota metric|anonymous)|request limit (?:reached|exceeded)|You have reached your/i,
      source: 'Docker Hub, GHCR, Artifact Registry',
    },
  ],
  unless: /client rate limiter/i,
  reason: ({ facts, component }) =>
    `The registry has had too many pulls from this address and refuses the image ${facts?.image ?? `of ${component}`} for now.`,
  nextAction: (context) =>
    `Wait: the kubelet tries again by itself, and the limit ends within hours. To be counted separately, log in to the registry with a pull secret; to try at once: \`${recreatePod(context)}\`.`,
};
