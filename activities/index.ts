import type { StepName } from '../model/steps/index.ts';
import { phaseActivity } from './phase-activity.ts';
import type { PhaseActivity } from './phase-activity.ts';
import type { PhaseRun } from './phase-context.ts';
import { awaitBackground } from './phases/background.ts';
import { awaitBootstrap } from './phases/bootstrap/await-bootstrap.ts';
import { awaitCore } from './phases/core.ts';
import { finishInstall } from './phases/finish.ts';
import { installFlux } from './phases/gitops/install-flux.ts';
import { setClusterDns } from './phases/gitops/set-cluster-dns.ts';
import { awaitNode } from './phases/host/await-node.ts';
import { awaitSecureApi } from './phases/host/await-secure-api.ts';
import { bootstrapEtcd } from './phases/host/bootstrap-etcd.ts';
import { configureNode } from './phases/host/configure-node.ts';
import { fetchKubeconfig } from './phases/host/fetch-kubeconfig.ts';
import { reachNode } from './phases/host/reach-node.ts';
import { setNodeResolvers } from './phases/host/set-node-resolvers.ts';
import { createNamespaces } from './phases/identity/create-namespaces.ts';
import { createSecrets } from './phases/identity/create-secrets.ts';
import { awaitLogin } from './phases/login.ts';
import { checkEverything } from './phases/preflight/index.ts';
import { connectSource } from './phases/release/connect-source.ts';
import { prepullImages } from './phases/release/prepull-images.ts';
import { selectRelease } from './phases/release/select-release.ts';
import { awaitStatusPage } from './phases/status-page.ts';
import { provisionStorage } from './phases/storage/provision-storage.ts';
import { wipeApplicationData } from './phases/storage/wipe-application-data.ts';
import type { Ports } from './ports/index.ts';

/**
 * Takes the ports, gives the activities that a worker registers: the steps of all phases, by the names under which histories
 * know them. A name here is never changed or reused.
 */
export function createActivities(ports: Ports) {
  const step = (run: PhaseRun): PhaseActivity => phaseActivity(ports, run);
  return {
    checkEverything: step(checkEverything),
    reachNode: step(reachNode),
    configureNode: step(configureNode),
    awaitSecureApi: step(awaitSecureApi),
    setNodeResolvers: step(setNodeResolvers),
    bootstrapEtcd: step(bootstrapEtcd),
    fetchKubeconfig: step(fetchKubeconfig),
    awaitNode: step(awaitNode),
    wipeApplicationData: step(wipeApplicationData),
    provisionStorage: step(provisionStorage),
    installFlux: step(installFlux),
    setClusterDns: step(setClusterDns),
    createNamespaces: step(createNamespaces),
    createSecrets: step(createSecrets),
    selectRelease: step(selectRelease),
    prepullImages: step(prepullImages),
    connectSource: step(connectSource),
    awaitStatusPage: step(awaitStatusPage),
    awaitCore: step(awaitCore),
    awaitBootstrap: step(awaitBootstrap),
    awaitLogin: step(awaitLogin),
    awaitBackground: step(awaitBackground),
    finishInstall: step(finishInstall),
  } satisfies Record<StepName, PhaseActivity>;
}

export type Activities = ReturnType<typeof createActivities>;
