import { phase } from './step.ts';

export const identity = phase('identity', [
  {
    name: 'createNamespaces',
    title: 'create namespaces',
    profile: 'apply',
    plan: () => ['create namespaces, the authentication key and the token of the status page; keep what exists'],
    leaves: () => 'Namespaces and secrets exist in the cluster.',
  },
  { name: 'createSecrets', title: 'create secrets', profile: 'apply' },
]);
