import { advise, anew, client, fileOfSite } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Talos refused the machine configuration. */
export const rule: Rule = {
  code: 'talos-config-invalid',
  title: 'Talos refuses the machine configuration',
  retry: 'after-change',
  domains: ['talos'],
  wordings: [
    {
      pattern:
        /configuration validation failed|config(?:uration)? (?:is )?(?:not valid|invalid)|invalid (?:machine )?config(?:uration)?/i,
      source: 'Talos machined ApplyConfiguration',
    },
    {
      pattern:
        /unknown keys found during decoding|error (?:decoding|parsing|loading) (?:document|config|machine config)|failed to (?:parse|load|decode|validate) (?:machine )?config|no config(?:uration)? documents/i,
      source: 'Talos configloader',
    },
    { pattern: /yaml: (?:line \d+|unmarshal|did not find|mapping)|cannot unmarshal !!/i, source: 'gopkg.in/yaml' },
    { pattern: /code = InvalidArgument/i, source: 'gRPC status of Talos ApplyConfiguration' },
  ],
  unless: /install disk.{0,30}(?:not exist|not found|missing)|disks? (?:matched|were found)/i,
  reason: () => 'Talos refused the machine configuration; the evidence says which field.',
  advice: () =>
    advise`Read the field that the evidence names in ${fileOfSite('controlplane.yaml')}, and correct the value of its flag: ${anew()} with its flags. ${client('plan')} with the same flags shows what would be written.`,
};
