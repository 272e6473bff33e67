import type { BlockerCode } from '../../model/blocker.ts';
import type { Rule } from '../rule.ts';
import { rule as bootstrapExistingData } from './bootstrap-existing-data.ts';
import { rule as bootstrapJobFailed } from './bootstrap-job-failed.ts';
import { rule as certificateExpired } from './certificate-expired.ts';
import { rule as clockSkew } from './clock-skew.ts';
import { rule as cniFailure } from './cni-failure.ts';
import { rule as configMissing } from './config-missing.ts';
import { rule as confirmationNeeded } from './confirmation-needed.ts';
import { rule as crashLoop } from './crash-loop.ts';
import { rule as credentialsLost } from './credentials-lost.ts';
import { rule as databaseAuthFailed } from './database-auth-failed.ts';
import { rule as databaseCorrupt } from './database-corrupt.ts';
import { rule as databaseDiskFull } from './database-disk-full.ts';
import { rule as databaseMissing } from './database-missing.ts';
import { rule as databaseUnreachable } from './database-unreachable.ts';
import { rule as databaseVersionMismatch } from './database-version-mismatch.ts';
import { rule as diskPressure } from './disk-pressure.ts';
import { rule as dnsResolutionFailure } from './dns-resolution-failure.ts';
import { rule as evicted } from './evicted.ts';
import { rule as fluxApplyRejected } from './flux-apply-rejected.ts';
import { rule as fluxBuildFailed } from './flux-build-failed.ts';
import { rule as fluxHealthTimeout } from './flux-health-timeout.ts';
import { rule as fluxSourceAuth } from './flux-source-auth.ts';
import { rule as fluxSourceRefMissing } from './flux-source-ref-missing.ts';
import { rule as fluxSourceUnreachable } from './flux-source-unreachable.ts';
import { rule as fluxSuspended } from './flux-suspended.ts';
import { rule as foreignCluster } from './foreign-cluster.ts';
import { rule as gitAuthFailed } from './git-auth-failed.ts';
import { rule as gitBranchMissing } from './git-branch-missing.ts';
import { rule as gitRemoteUnreachable } from './git-remote-unreachable.ts';
import { rule as siteHeldElsewhere } from './site-held-elsewhere.ts';
import { rule as helmChartUnavailable } from './helm-chart-unavailable.ts';
import { rule as helmOperationInProgress } from './helm-operation-in-progress.ts';
import { rule as helmRenderFailed } from './helm-render-failed.ts';
import { rule as helmTimeout } from './helm-timeout.ts';
import { rule as imageArchitectureMismatch } from './image-architecture-mismatch.ts';
import { rule as imageNameInvalid } from './image-name-invalid.ts';
import { rule as imagePullInterrupted } from './image-pull-interrupted.ts';
import { rule as imagePullUnauthorized } from './image-pull-unauthorized.ts';
import { rule as imageRateLimited } from './image-rate-limited.ts';
import { rule as imageRegistryUnreachable } from './image-registry-unreachable.ts';
import { rule as imageTagMissing } from './image-tag-missing.ts';
import { rule as inputInvalid } from './input-invalid.ts';
import { rule as insufficientResources } from './insufficient-resources.ts';
import { rule as keyMaterialMissing } from './key-material-missing.ts';
import { rule as kubernetesUnreachable } from './kubernetes-unreachable.ts';
import { rule as migrationFailed } from './migration-failed.ts';
import { rule as nodeCordoned } from './node-cordoned.ts';
import { rule as scaledToZero } from './scaled-to-zero.ts';
import { rule as databaseConnectionsExhausted } from './database-connections-exhausted.ts';
import { rule as databaseLockStale } from './database-lock-stale.ts';
import { rule as redisDataBroken } from './redis-data-broken.ts';
import { rule as redisUnreachable } from './redis-unreachable.ts';
import { rule as temporalUnreachable } from './temporal-unreachable.ts';
import { rule as nodeNotReady } from './node-not-ready.ts';
import { rule as operatorClockSkew } from './operator-clock-skew.ts';
import { rule as operatorDiskFull } from './operator-disk-full.ts';
import { rule as operatorFolderUnwritable } from './operator-folder-unwritable.ts';
import { rule as operatorToolMissing } from './operator-tool-missing.ts';
import { rule as outOfMemory } from './out-of-memory.ts';
import { rule as permissionDenied } from './permission-denied.ts';
import { rule as pgbouncerAuthFailed } from './pgbouncer-auth-failed.ts';
import { rule as podSecurityViolation } from './pod-security-violation.ts';
import { rule as portConflict } from './port-conflict.ts';
import { rule as probeFailing } from './probe-failing.ts';
import { rule as pvcUnbound } from './pvc-unbound.ts';
import { rule as quotaExceeded } from './quota-exceeded.ts';
import { rule as redisAuthFailed } from './redis-auth-failed.ts';
import { rule as releaseInvalid } from './release-invalid.ts';
import { rule as releaseObjectsMissing } from './release-objects-missing.ts';
import { rule as serviceLinkCollision } from './service-link-collision.ts';
import { rule as siteFolderMissing } from './site-folder-missing.ts';
import { rule as startCommandFailed } from './start-command-failed.ts';
import { rule as storageProvisionerFailed } from './storage-provisioner-failed.ts';
import { rule as talosAlreadyConfigured } from './talos-already-configured.ts';
import { rule as talosApiUnreachable } from './talos-api-unreachable.ts';
import { rule as talosConfigInvalid } from './talos-config-invalid.ts';
import { rule as talosDiskNotFound } from './talos-disk-not-found.ts';
import { rule as talosEtcdUnhealthy } from './talos-etcd-unhealthy.ts';
import { rule as talosMaintenanceUnreachable } from './talos-maintenance-unreachable.ts';
import { rule as talosTlsMismatch } from './talos-tls-mismatch.ts';
import { rule as temporalSchemaMissing } from './temporal-schema-missing.ts';
import { rule as unknownFailure } from './unknown-failure.ts';
import { rule as volumeMountFailed } from './volume-mount-failed.ts';
import { rule as volumeSubpathFailed } from './volume-subpath-failed.ts';

/**
 * Every rule, the nearest to a cause first: of two rules that know the same message, the earlier one speaks. A name that
 * cannot be resolved explains a pull that times out on it, so it stands before every word about connections.
 */
export const RULES: readonly Rule[] = [
  talosDiskNotFound,
  keyMaterialMissing,
  dnsResolutionFailure,
  clockSkew,
  certificateExpired,
  serviceLinkCollision,
  temporalSchemaMissing,
  bootstrapExistingData,
  credentialsLost,
  databaseVersionMismatch,
  databaseDiskFull,
  databaseCorrupt,
  databaseLockStale,
  databaseConnectionsExhausted,
  redisDataBroken,
  redisAuthFailed,
  pgbouncerAuthFailed,
  databaseMissing,
  databaseAuthFailed,
  migrationFailed,
  outOfMemory,
  imageArchitectureMismatch,
  operatorDiskFull,
  diskPressure,
  volumeSubpathFailed,
  configMissing,
  podSecurityViolation,
  quotaExceeded,
  imageNameInvalid,
  imageRateLimited,
  imagePullUnauthorized,
  imageTagMissing,
  imageRegistryUnreachable,
  imagePullInterrupted,
  cniFailure,
  portConflict,
  insufficientResources,
  nodeCordoned,
  pvcUnbound,
  storageProvisionerFailed,
  volumeMountFailed,
  talosMaintenanceUnreachable,
  talosEtcdUnhealthy,
  talosConfigInvalid,
  talosTlsMismatch,
  talosAlreadyConfigured,
  operatorToolMissing,
  talosApiUnreachable,
  helmOperationInProgress,
  helmChartUnavailable,
  helmRenderFailed,
  fluxSourceRefMissing,
  fluxSourceAuth,
  fluxSourceUnreachable,
  fluxApplyRejected,
  fluxBuildFailed,
  gitBranchMissing,
  gitAuthFailed,
  gitRemoteUnreachable,
  operatorFolderUnwritable,
  startCommandFailed,
  permissionDenied,
  databaseUnreachable,
  redisUnreachable,
  temporalUnreachable,
  kubernetesUnreachable,
  nodeNotReady,
  evicted,
  probeFailing,
  fluxHealthTimeout,
  helmTimeout,
  fluxSuspended,
  releaseObjectsMissing,
  scaledToZero,
  foreignCluster,
  operatorClockSkew,
  releaseInvalid,
  inputInvalid,
  confirmationNeeded,
  siteFolderMissing,
  siteHeldElsewhere,
  bootstrapJobFailed,
  crashLoop,
  unknownFailure,
];

const byCode = new Map<BlockerCode, Rule>(RULES.map((rule) => [rule.code, rule]));

/** Every code of the vocabulary has one; a test compares the two. */
export function ruleOf(code: BlockerCode): Rule {
  const rule = byCode.get(code);
  if (!rule) throw new Error(`The blocker code ${code} has no rule in diagnosis/rules/table.ts`);
  return rule;
}
