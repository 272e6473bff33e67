import type { Blocker } from '../../../model/blocker.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { LinkChoice } from '../../talos-config.ts';
import { withNode, withSiteSettings } from '../../talos-config.ts';
import { Blocked } from '../../blocked.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { MachineConfigOrder } from '../../ports/talos.ts';
import { blockerFor } from '../../stop.ts';
import { knownAuthority, readRecord } from './site-record.ts';
import { endpointOf, settingsOf } from './wanted-config.ts';
import { RETRY, SITE_FOLDER, advise, anew, fileWord, holeFor, run } from '../../../model/advice.ts';

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
  await insistOnOwnSecrets(context);
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
  await insistOnOwnSecrets(context);
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
  const known = await knownAuthority(context);
  if (known !== null) throw new Blocked([keysGone(context, known)]);
  return folder.createOnce(SITE_FILES.secrets, await ports.talos.generateSecrets(signal));
}

/** For a talosconfig that is there without anything from which the rest of its set could be made. */
export function keysLost(context: Pick<PhaseContext, 'folder' | 'ports' | 'spec'>): Blocker {
  const { folder } = context;
  const talosconfig = folder.path(SITE_FILES.talosconfig);
  return blockerFor(context, 'key-material-missing', {
    component: 'talos',
    object: folder.root,
    reason: `${talosconfig} exists, but ${SITE_FILES.secrets} and ${SITE_FILES.machineConfig}, from which it was created, do not. New keys would not match it, so none were created.`,
    advice: advise`Copy ${SITE_FILES.secrets} or ${SITE_FILES.machineConfig} of this site back into ${SITE_FOLDER}. If the cluster of that talosconfig no longer exists, move the file away (${run('mv', fileWord(SITE_FILES.talosconfig), fileWord(`${SITE_FILES.talosconfig}.old`))}). Then ${RETRY}.`,
  });
}

/** Of what is made of the secrets nothing is written while they are not those that the site is known to have. */
async function insistOnOwnSecrets(context: PhaseContext): Promise<void> {
  const { folder, ports, signal } = context;
  const known = (await readRecord(context))?.keys?.talosCaFingerprint ?? null;
  const isWhole = (await folder.exists(SITE_FILES.machineConfig)) && (await folder.exists(SITE_FILES.talosconfig));
  if (known === null || isWhole) return;
  const candidate = `${SITE_FILES.talosconfig}.candidate`;
  await folder.write(candidate, await ports.talos.generateTalosconfig(orderOf(context), signal));
  try {
    const found = await ports.talos.caFingerprint(folder.path(candidate));
    if (found !== known) throw new Blocked([keysDiffer(context, SITE_FILES.secrets, { found, known })]);
  } finally {
    await folder.remove(candidate);
  }
}

/** For keys that were made for this site and of which nothing is left in its folder. */
export function keysGone(context: Pick<PhaseContext, 'folder' | 'ports' | 'spec'>, known: string): Blocker {
  const { folder, spec } = context;
  return blockerFor(context, 'key-material-missing', {
    component: 'talos',
    object: folder.root,
    reason: `The keys of ${spec.siteId} were created (Talos authority ${known}), but ${folder.root} contains none of them. They are not created a second time: a node with the first ones would lock everyone out. Nothing was changed.`,
    advice: advise`Copy ${SITE_FILES.secrets}, ${SITE_FILES.machineConfig} and ${SITE_FILES.talosconfig} of this site back into ${SITE_FOLDER}, from the machine that created them or a backup; then ${RETRY}. If no node uses these keys any more, install it as another site: ${anew('--fresh', '--site', holeFor('another name'))}.`,
  });
}

/** For a key file that is another site's, or of an earlier set. */
export function keysDiffer(
  context: Pick<PhaseContext, 'folder' | 'ports' | 'spec'>,
  file: string,
  { found, known }: { readonly found: string | null; readonly known: string },
): Blocker {
  const { folder } = context;
  const path = folder.path(file);
  return blockerFor(context, 'key-material-missing', {
    component: 'talos',
    object: path,
    reason: `${path} does not belong to the keys that were created for this site: it belongs to ${found === null ? 'another Talos authority' : `the Talos authority ${found}`}, but the site has ${known}. It was not used, and nothing was changed.`,
    advice: advise`Restore the ${file} of this site, from the machine that created it or a backup; then ${RETRY}.`,
  });
}

/** For a key file that is not there although the site has keys. */
export function keyFileGone(context: Pick<PhaseContext, 'folder' | 'ports' | 'spec'>, file: string): Blocker {
  return blockerFor(context, 'key-material-missing', {
    component: 'talos',
    object: context.folder.path(file),
    facts: { file },
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
