import { createHash } from 'node:crypto';
import { NAMESPACES, STORAGE } from '../../../model/appliance.ts';
import { imageReference } from '../../../model/release.ts';
import type { Image } from '../../../model/release.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';

/** Refuses every name that is not one folder's, removes folder by folder, and looks afterwards. */
const SCRIPT = `set -eu
for folder in "$@"; do
  case "$folder" in ''|.|..|*/*) echo "refused: $folder" >&2; exit 64 ;; esac
  rm -rf -- "/data/$folder"
  if [ -e "/data/$folder" ] || [ -L "/data/$folder" ]; then echo "still there: $folder" >&2; exit 1; fi
done
echo "removed $# folders"`;

/** The name of the one wipe Job of an install. */
export function wipeJobName(installId: string): string {
  return `appliance-wipe-${createHash('sha256').update(installId).digest('hex').slice(0, 10)}`;
}

/**
 * A Job of our own, and not the provisioner's way of deleting a volume: it needs no working provisioner, it names
 * each folder, and its end is the proof. The storage path is all of the node that it can see; a symbolic link in it
 * is removed and never followed.
 */
export function wipeJob(installId: string, folders: readonly string[], busybox: Image): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': 'appliance-wipe', 'app.kubernetes.io/managed-by': 'appliance-client' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: wipeJobName(installId), namespace: NAMESPACES.storage, labels },
    spec: {
      // A failure is told at once; the install itself tries again.
      backoffLimit: 0,
      // Run once more after that it finds nothing and does no harm.
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'wipe',
              image: imageReference(busybox),
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', SCRIPT, 'wipe', ...folders],
              terminationMessagePolicy: 'FallbackToLogsOnError',
              resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
              securityContext: {
                // Database files belong to other users and are closed to everybody else.
                runAsUser: 0,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE', 'FOWNER'] },
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'data', hostPath: { path: STORAGE.path, type: 'DirectoryOrCreate' } }],
        },
      },
    },
  };
}
