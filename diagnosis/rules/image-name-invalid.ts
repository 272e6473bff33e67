import { advise } from '../../model/advice.ts';
import { otherImage } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The reference itself cannot be parsed. */
export const rule: Rule = {
  code: 'image-name-invalid',
  title: 'The image’s name is not valid',
  retry: 'after-change',
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /InvalidImageName|couldn't parse image (?:reference|name)(?: "(?<image>[^"]*)")?|failed to apply default image (?:tag )?"?(?<ref>[^":]*)/i,
      source: 'kubelet pkg/util/parsers',
    },
    {
      pattern:
        /invalid reference format|(?:could not|failed to|unable to|cannot) parse (?:image )?(?:reference|name)|repository name must be lowercase|invalid (?:image|tag|repository|checksum digest|digest) (?:name|reference|format|length)|invalid tag/i,
      source: 'distribution/reference',
    },
  ],
  reason: ({ facts, component }) =>
    `The image name ${facts?.image ?? `of ${component}`} is not a valid registry/repository:tag.`,
  advice: (context) =>
    advise`Correct the name or tag in the release, or choose another tag: ${otherImage(context)}. Waiting does not help.`,
};
