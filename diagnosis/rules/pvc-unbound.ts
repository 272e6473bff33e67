import { advise, asCode, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A claim waits for a volume or a storage class that is not there. */
export const rule: Rule = {
  code: 'pvc-unbound',
  title: 'A volume claim is not bound',
  retry: 'after-change',
  domains: ['claim', 'schedule', 'volume'],
  wordings: [
    {
      pattern:
        /storageclass(?:\.storage\.k8s\.io)? "?(?<detail>[\w.-]+)"? not found|no persistent volumes available for this claim and no storage class is set|no volume plugin matched|bound to .{0,60}(?:non-existent|lost)|ClaimLost|requested PV is too small|storageClassName does not match|volume "[^"]+" already bound to a different claim/i,
      source: 'pv_controller.go',
    },
    {
      pattern:
        /didn't find available persistent volumes|unbound immediate PersistentVolumeClaims|persistentvolumeclaim "?(?<claim>[\w.-]+)"? (?:not found|is being deleted|bound to)|persistentvolume "[^"]+" not found/i,
      source: 'kube-scheduler VolumeBinding',
    },
    {
      pattern: /PersistentVolumeClaim is not bound|no (?:suitable )?storage class/i,
      source: 'kubelet, storage provisioners',
    },
    { pattern: /waiting for a volume to be created/i, source: 'pv_controller.go ExternalProvisioning' },
  ],
  reason: ({ object, facts }) =>
    `${object} is waiting for a volume${facts?.detail ? `: the storage class ${facts.detail} does not exist` : facts?.claim ? `: the claim ${facts.claim}` : ''}.`,
  advice: () =>
    advise`Compare what is requested with what exists: ${kubectl('get', 'pvc', '-A')} and ${kubectl('get', 'storageclass,pv')}. The storage class ${asCode('local-path')} must exist (the storage phase of the install creates it); a claim that names another class must be created again.`,
};
