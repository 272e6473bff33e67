import { advise, holeFor, set } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The manifests at that revision do not build. */
export const rule: Rule = {
  code: 'flux-build-failed',
  title: 'The manifests do not build',
  retry: 'after-change',
  domains: ['flux-apply'],
  wordings: [
    {
      pattern:
        /kustomize build failed|kustomization path not found|accumulating resources|invalid Kustomization|kustomization file|may not add resource with an already registered id|missing Resource metadata|unable to find one of 'kustomization|Object 'Kind' is missing|missing (?:metadata\.name|kind|apiVersion)/i,
      source: 'kustomize-controller BuildFailed, kustomize',
    },
    {
      pattern:
        /failed to (?:build|generate|decode|download|load) (?:kustomization|kustomize|Kubernetes YAML|yaml|resources)|no such file or directory/i,
      source: 'kustomize-controller, artifact',
    },
    {
      pattern: /(?:var(?:iable)?|post ?build) ?substitution failed|envsubst/i,
      source: 'kustomize-controller post build',
    },
    {
      pattern: /yaml: (?:line|unmarshal)|error converting YAML to JSON|MalformedYAMLError|json: unknown field/i,
      source: 'go-yaml, kyaml',
    },
    { pattern: /failed to decrypt|decryption failed|cannot get sops/i, source: 'sops' },
  ],
  reason: ({ object }) => `The manifests that ${object} names do not build at this revision.`,
  advice: (context) =>
    advise`Fix the file that the evidence names in the release branch and push, or choose another branch: ${set('--branch', holeFor('branch'))}. Flux applies the new revision automatically. Full details: ${describe(context)}.`,
};
