import { advise, holeFor, set } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The API server refuses what Flux applies. */
export const rule: Rule = {
  code: 'flux-apply-rejected',
  title: 'The API server refuses a manifest',
  retry: 'after-change',
  domains: ['flux-apply', 'helm'],
  wordings: [
    {
      pattern: /field is immutable|updates to statefulset spec for fields other than|may not be changed|immutable/i,
      source: 'Kubernetes API validation',
    },
    {
      pattern:
        /admission webhook "[^"]+" denied|failed calling webhook|ValidatingAdmissionPolicy|denied the request|denied by policy/i,
      source: 'kube-apiserver admission',
    },
    {
      pattern:
        /no matches for kind|resource mapping not found|ensure CRDs are installed|could not find the requested resource|the server doesn't have a resource type/i,
      source: 'apimachinery RESTMapper, Helm kube client',
    },
    {
      pattern:
        /unknown field "|strict decoding error|ValidationError\(|error validating data|failed to create typed patch|is invalid: |Invalid value|Required value|Unsupported value|Duplicate value|BadRequest|UnsupportedMediaType|cannot be handled as a |cannot unmarshal \w+ into Go struct field/i,
      source: 'kube-apiserver, structured-merge-diff',
    },
    {
      pattern:
        /dry-run failed|failed to create resource|failed to replace object|cannot patch "|unable to build kubernetes objects/i,
      source: 'kustomize-controller ssa, Helm kube client',
    },
    {
      pattern:
        /cannot be imported into the current release|invalid ownership metadata|is forbidden: |already exists|namespaces? "[^"]+" not found|apply conflict|conflict(?:s)? with "/i,
      source: 'Helm, kube-apiserver, server-side apply',
    },
  ],
  unless: /exceeded quota|violates PodSecurity|another operation/i,
  reason: ({ object }) => `The API server refuses what ${object} applies; the evidence names the object and the field.`,
  advice: (context) =>
    advise`Fix the object that the evidence names in the release branch (immutable field: delete that object first; missing kind: apply its CRD before it) and push, or choose another release with ${set('--branch', holeFor('branch'))}. Full details: ${describe(context)}.`,
};
