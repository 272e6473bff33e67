import { advise, client, holeFor, set } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A chart does not render, or its values break its schema. */
export const rule: Rule = {
  code: 'helm-render-failed',
  title: 'A chart does not render',
  retry: 'after-change',
  domains: ['helm'],
  wordings: [
    {
      pattern:
        /execution error at|nil pointer evaluating|error calling (?:include|required|tpl|fail|toYaml|fromYaml|index)|template: .{1,200}: executing|parse error (?:at|in)|function "\w+" not defined|can't evaluate field|template: no template|requires kubeVersion|wrong type for value|render error/i,
      source: 'Go text/template through Helm engine',
    },
    {
      pattern:
        /don't meet the specifications of the schema|values don't meet|JSON schema|additional properties? .{0,40}not allowed|missing propert(?:y|ies)|got \w+, want \w+|Must validate|Invalid type\. Expected/i,
      source: 'Helm chartutil jsonschema (3 and 4)',
    },
    {
      pattern:
        /YAML parse error on|while running post render|error converting YAML to JSON|error parsing .{0,60}manifest|mapping values are not allowed|failed to parse .{0,60}values|yaml: line \d+|could not (?:compose|merge|parse) (?:chart )?values|values (?:error|merge)/i,
      source: 'Helm releaseutil manifest_sorter.go',
    },
  ],
  reason: ({ object }) => `The chart of ${object} does not render with its values.`,
  advice: (context) =>
    advise`The evidence names the template or the value. Fix it in the release branch and push, or choose another release (${client('releases')}, ${set('--branch', holeFor('branch'))}). Full details: ${describe(context)}.`,
};
