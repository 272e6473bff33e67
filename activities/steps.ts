// Written by `npm run generate` from model/steps/ and activities/phases/. Do not edit it.
import type { StepName } from '../model/steps/index.ts';
import type { PhaseRun } from './phase-context.ts';
import { checkEverything } from './phases/preflight/index.ts';
import { reachNode } from './phases/host/reach-node.ts';
import { configureNode } from './phases/host/configure-node.ts';
import { setNodeResolvers } from './phases/host/set-node-resolvers.ts';
import { awaitSecureApi } from './phases/host/await-secure-api.ts';
import { bootstrapEtcd } from './phases/host/bootstrap-etcd.ts';
import { fetchKubeconfig } from './phases/host/fetch-kubeconfig.ts';
import { awaitNode } from './phases/host/await-node.ts';
import { wipeApplicationData } from './phases/storage/wipe-application-data.ts';
import { provisionStorage } from './phases/storage/provision-storage.ts';
import { installFlux } from './phases/gitops/install-flux.ts';
import { setClusterDns } from './phases/gitops/set-cluster-dns.ts';
import { createNamespaces } from './phases/identity/create-namespaces.ts';
import { createSecrets } from './phases/identity/create-secrets.ts';
import { selectRelease } from './phases/release/select-release.ts';
import { prepullImages } from './phases/release/prepull-images.ts';
import { connectSource } from './phases/release/connect-source.ts';
import { awaitStatusPage } from './phases/status-page.ts';
import { awaitCore } from './phases/core.ts';
import { awaitBootstrap } from './phases/bootstrap/await-bootstrap.ts';
import { awaitLogin } from './phases/login.ts';
import { awaitBackground } from './phases/background.ts';
import { finishInstall } from './phases/finish.ts';

/** What each step does, by its name. */
export const STEP_RUNS: Readonly<Record<StepName, PhaseRun>> = {
  checkEverything,
  reachNode,
  configureNode,
  setNodeResolvers,
  awaitSecureApi,
  bootstrapEtcd,
  fetchKubeconfig,
  awaitNode,
  wipeApplicationData,
  provisionStorage,
  installFlux,
  setClusterDns,
  createNamespaces,
  createSecrets,
  selectRelease,
  prepullImages,
  connectSource,
  awaitStatusPage,
  awaitCore,
  awaitBootstrap,
  awaitLogin,
  awaitBackground,
  finishInstall,
};
