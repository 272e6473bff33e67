import { helmReleaseController, valuesController } from '../flux/helm-releases.ts';
import { kustomizationController } from '../flux/kustomizations.ts';
import { sourceController } from '../flux/source.ts';
import { machineController } from '../machine/life.ts';
import { MACHINE } from '../world/state.ts';
import { timestamp } from '../world/stage.ts';
import type { Controller, Stage } from '../world/stage.ts';
import { claimController, volumeController } from './claims.ts';
import { namespaceController } from './deletion.ts';
import { deploymentController, replicaSetController } from './deployments.ts';
import { jobController } from './jobs.ts';
import { leaseController } from './kube-system.ts';
import { podController } from './pods.ts';
import { daemonSetController, statefulSetController } from './statefulsets.ts';
import { at, put } from './store.ts';

const BY_KIND: Record<string, Controller> = {
  ConfigMap: valuesController,
  CustomResourceDefinition: establishDefinition,
  DaemonSet: daemonSetController,
  Deployment: deploymentController,
  GitRepository: sourceController,
  HelmRelease: helmReleaseController,
  Job: jobController,
  Kustomization: kustomizationController,
  Lease: leaseController,
  Namespace: namespaceController,
  PersistentVolumeClaim: claimController,
  PersistentVolume: volumeController,
  Pod: podController,
  ReplicaSet: replicaSetController,
  StatefulSet: statefulSetController,
};

/** Whoever looks after the thing under this key looks at it. */
export const lookAfter: Controller = (stage, key) => {
  if (key === MACHINE) return machineController(stage);
  const [kind = ''] = key.split('/');
  return BY_KIND[kind]?.(stage, key) ?? null;
};

function establishDefinition(stage: Stage, key: string): number | null {
  const definition = at(stage, key);
  if (!definition || definition['status'] !== undefined) return null;
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: timestamp(stage),
  });
  put(stage, {
    ...definition,
    status: {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
    },
  });
  return null;
}
