import { NAMESPACES, STORAGE } from '../../model/appliance.ts';
import { isServing } from '../appliance/dependencies.ts';
import type { Stage } from '../world/stage.ts';
import { releaseClaim } from './deletion.ts';
import { record } from './events.ts';
import type { Claim, Volume, Workload } from './objects.ts';
import { at, drop, find, memoryOf, put, remember } from './store.ts';

const PROVISION_MS = 4_000;
const LOOK_AGAIN_MS = 2_000;
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const CONTROLLER = 'persistentvolume-controller';

/** Binds a claim to a volume of the local-path provisioner, when its first consumer has been placed. */
export function claimController(stage: Stage, key: string): number | null {
  const claim = at<Claim>(stage, key);
  if (!claim) return null;
  if (claim.metadata.deletionTimestamp) return releaseClaim(stage, claim);
  if (claim.status?.phase === 'Bound') return null;
  const className = claim.spec.storageClassName ?? STORAGE.className;
  if (claim.status?.phase !== 'Pending') put(stage, { ...claim, status: { phase: 'Pending' } });
  if (!find(stage, { kind: 'StorageClass', name: className })) {
    return complain(stage, key, 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
  }
  if (!claim.metadata.annotations?.[SELECTED_NODE]) {
    const message = 'waiting for first consumer to be created before binding';
    return complain(stage, key, 'WaitForFirstConsumer', message);
  }
  const provisioner = find<Workload>(stage, {
    kind: 'Deployment',
    namespace: NAMESPACES.storage,
    name: 'local-path-provisioner',
  });
  const { provisionAt } = memoryOf(stage, key);
  if (!isServing(provisioner)) return stage.now + LOOK_AGAIN_MS;
  if (provisionAt === undefined) {
    remember(stage, key, { provisionAt: stage.now + PROVISION_MS });
    record(stage, claim, {
      from: STORAGE.provisioner,
      reason: 'Provisioning',
      message: `External provisioner is provisioning volume for claim "${claim.metadata.namespace}/${claim.metadata.name}"`,
    });
    return stage.now + PROVISION_MS;
  }
  if (stage.now < Number(provisionAt)) return Number(provisionAt);
  bind(stage, claim, className);
  return null;
}

function bind(stage: Stage, claim: Claim, className: string): void {
  const { namespace, name, uid } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  const capacity = { storage: claim.spec.resources?.requests?.storage ?? '1Gi' };
  put(stage, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': STORAGE.provisioner } },
    spec: {
      accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
      capacity,
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid },
      hostPath: { path: `${STORAGE.path}/${volumeName}_${namespace}_${name}`, type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: className,
    },
    status: { phase: 'Bound' },
  });
  const bound = put(stage, {
    ...claim,
    spec: { ...claim.spec, volumeName, storageClassName: className },
    status: { phase: 'Bound', accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'], capacity },
  });
  record(stage, bound, {
    from: STORAGE.provisioner,
    reason: 'ProvisioningSucceeded',
    message: `Successfully provisioned volume ${volumeName}`,
  });
}

function complain(stage: Stage, key: string, reason: string, message: string): number {
  const claim = at<Claim>(stage, key);
  if (claim && memoryOf(stage, key)['said'] !== message) {
    const type = reason === 'ProvisioningFailed' ? 'Warning' : 'Normal';
    record(stage, claim, { from: CONTROLLER, type, reason, message });
    remember(stage, key, { said: message });
  }
  return stage.now + LOOK_AGAIN_MS;
}

/** A released volume is kept, unless its reclaim policy has been changed to Delete: then the provisioner takes it away. */
export function volumeController(stage: Stage, key: string): number | null {
  const volume = at<Volume>(stage, key);
  if (volume?.metadata.deletionTimestamp && volume.status?.phase !== 'Bound') {
    drop(stage, key);
    return null;
  }
  if (volume?.status?.phase !== 'Released' || volume.spec.persistentVolumeReclaimPolicy !== 'Delete') return null;
  const { releasedAt } = memoryOf(stage, key);
  if (releasedAt === undefined) {
    remember(stage, key, { releasedAt: stage.now });
    return stage.now + PROVISION_MS;
  }
  if (stage.now < Number(releasedAt) + PROVISION_MS) return Number(releasedAt) + PROVISION_MS;
  drop(stage, key);
  return null;
}
