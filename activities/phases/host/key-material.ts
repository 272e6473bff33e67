import type { Blocker } from '../../../model/blocker.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { LinkChoice } from '../../talos-config.ts';
import { withNode, withSiteSettings } from '../../talos-config.ts';
import { Blocked } from '../../blocked.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { MachineConfigOrder } from '../../ports/talos.ts';
import { blockerFor } from '../../stop.ts';
import { endpointOf, settingsOf } from './wanted-config.ts';

/** The configuration before it is known to be valid; never handed to a node. */
const CANDIDATE = 'controlplane.candidate.yaml';

/**
 * Makes secrets.yaml, controlplane.yaml and talosconfig, each only where it is not there yet. Everything derives from the
 * secrets, which come first: a set that was left half made by a kill at any instant is completed from the very same keys, and
 * of two that run at once both go on with the files of the one that came first.
 */
export async function ensureKeyMaterial(
  context: PhaseContext,
  chooseLink: () => Promise<LinkChoice>,
): Promise<boolean> {
  const { folder, ports, signal } = context;
  const madeSecrets = await ensureSecrets(context);
  let made = false;
  if (!(await folder.exists(SITE_FILES.machineConfig))) {
    const settings = settingsOf(context.spec, await chooseLink());
    const text = withSiteSettings(await ports.talos.generateMachineConfig(orderOf(context), signal), settings);
    await folder.write(CANDIDATE, text);
    try {
      await ports.talos.validate(folder.path(CANDIDATE), signal);
    } catch (error) {
      // Another run was first and has cleared up: its file is there, and this one's is not needed.
      if (!(await folder.exists(SITE_FILES.machineConfig))) throw error;
    }
    made = await folder.createOnce(SITE_FILES.machineConfig, text);
  }
  await folder.remove(CANDIDATE);
  const madeAccess = await ensureTalosconfig(context);
  for (const name of [SITE_FILES.secrets, SITE_FILES.machineConfig, SITE_FILES.talosconfig]) await folder.protect(name);
  return madeSecrets || made || madeAccess;
}

/** Makes the talosconfig where it is missing and the secrets are not. Says whether it did. */
export async function ensureTalosconfig(context: PhaseContext): Promise<boolean> {
  const { folder, ports, signal, spec } = context;
  if (spec.existingCluster.talosconfig !== null || (await folder.exists(SITE_FILES.talosconfig))) return false;
  if (!(await folder.exists(SITE_FILES.secrets)) && !(await folder.exists(SITE_FILES.machineConfig))) return false;
  await ensureSecrets(context);
  const text = await ports.talos.generateTalosconfig(orderOf(context), signal);
  return folder.createOnce(SITE_FILES.talosconfig, withNode(text, spec.nodeIp));
}

async function ensureSecrets(context: PhaseContext): Promise<boolean> {
  const { folder, ports, signal } = context;
  if (await folder.exists(SITE_FILES.secrets)) return false;
  if (await folder.exists(SITE_FILES.machineConfig)) {
    const machineConfig = folder.path(SITE_FILES.machineConfig);
    return folder.createOnce(SITE_FILES.secrets, await ports.talos.deriveSecrets(machineConfig, signal));
  }
  if (await folder.exists(SITE_FILES.talosconfig)) throw new Blocked([keysLost(context)]);
  return folder.createOnce(SITE_FILES.secrets, await ports.talos.generateSecrets(signal));
}

/** For a talosconfig that is there without anything from which the rest of its set could be made. */
export function keysLost(context: Pick<PhaseContext, 'folder' | 'ports' | 'spec'>): Blocker {
  const { folder, spec } = context;
  const talosconfig = folder.path(SITE_FILES.talosconfig);
  return blockerFor(context, 'key-material-missing', {
    component: 'talos',
    object: folder.root,
    reason: `${talosconfig} is there, but neither ${SITE_FILES.secrets} nor ${SITE_FILES.machineConfig}, from which it was made. New keys beside it would not fit it, so none were made.`,
    nextAction: `Copy ${SITE_FILES.secrets} or ${SITE_FILES.machineConfig} of this site back into ${folder.root}. If the cluster of that talosconfig is gone for good, move the file away (\`mv ${talosconfig} ${talosconfig}.old\`). Then \`appliance-client retry --site ${spec.siteId}\`.`,
  });
}

function orderOf({ spec, folder }: PhaseContext): MachineConfigOrder {
  const { release } = spec;
  return {
    clusterName: spec.clusterName,
    endpoint: endpointOf(spec.nodeIp),
    talosVersion: release.talos.version,
    kubernetesVersion: release.kubernetes.version,
    installDisk: spec.installDisk,
    installerImage: release.os.installer.image,
    secretsFile: folder.path(SITE_FILES.secrets),
  };
}
