import { advise, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The provisioner runs and fails. */
export const rule: Rule = {
  code: 'storage-provisioner-failed',
  title: 'The storage provisioner fails',
  retry: 'automatic',
  domains: ['claim', 'log'],
  wordings: [
    {
      pattern:
        /failed to provision volume with StorageClass|failed to (?:create|provision) volume|create process timeout after|helper[- ]pod.{0,80}(?:fail|timeout|error)/i,
      source: 'sig-storage-lib-external-provisioner controller.go, rancher/local-path-provisioner',
    },
    {
      pattern:
        /config doesn't contain (?:path|node)|configuration error, no (?:such )?(?:node|path)|no node was specified|no local path available|claim\.Spec\.Selector is not supported|only support ReadWriteOnce|NodePath only supports/i,
      source: 'rancher/local-path-provisioner provisioner.go',
    },
  ],
  unless: /storageclass\.storage\.k8s\.io "?[\w-]+"? not found/i,
  reason: ({ object }) => `The storage provisioner is running but cannot create the volume for ${object}.`,
  advice: () =>
    advise`Read why: ${kubectl('-n', 'local-path-storage', 'logs', 'deploy/local-path-provisioner', '--tail=50')}. Its folder on the node is /var/mnt/alga-data/local-path-provisioner: that disk must be mounted and writable. The provisioner retries automatically.`,
};
