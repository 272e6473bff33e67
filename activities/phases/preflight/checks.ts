import type { Check } from './check.ts';
import { databaseCredentials } from './checks/database-credentials.ts';
import { fluxManifests } from './checks/flux-manifests.ts';
import { gitBranch } from './checks/git-branch.ts';
import { gitCheckout } from './checks/git-checkout.ts';
import { imageChecks } from './checks/images.ts';
import { keyMaterial } from './checks/key-material.ts';
import { node } from './checks/node.ts';
import { nodeClock } from './checks/node-clock.ts';
import { nodeDisk } from './checks/node-disk.ts';
import { nodeNetwork } from './checks/node-network.ts';
import { nodeResolvers } from './checks/node-resolvers.ts';
import { operatorClock } from './checks/operator-clock.ts';
import { operatorDisk } from './checks/operator-disk.ts';
import { operatorFolder } from './checks/operator-folder.ts';
import { programs } from './checks/programs.ts';
import { release } from './checks/release.ts';

/** Asked first: without talosctl there is no looking at the node. */
export const PROGRAMS: Check = programs;

/** Every other check, in the order in which people read the answers. All of them run at once. */
export const CHECKS: readonly Check[] = [
  operatorFolder,
  operatorDisk,
  operatorClock,
  keyMaterial,
  node,
  nodeDisk,
  nodeNetwork,
  nodeResolvers,
  nodeClock,
  databaseCredentials,
  release,
  fluxManifests,
  gitBranch,
  gitCheckout,
  ...imageChecks,
];
