import { advise } from '../../model/advice.ts';
import { recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The registry says: too many pulls. */
export const rule: Rule = {
  code: 'image-rate-limited',
  title: 'The registry limits pulls',
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
    `The registry has received too many pulls from this address and refuses the image ${facts?.image ?? `of ${component}`} for now.`,
  advice: (context) =>
    advise`Wait: the kubelet retries automatically, and the limit ends within hours. To get a limit of your own, log in to the registry with a pull secret. To retry now: ${recreatePod(context)}.`,
};
