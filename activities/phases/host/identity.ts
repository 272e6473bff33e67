import { readRegularFile } from '../../../system/read-file.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { Blocked } from '../../blocked.ts';
import { stop } from '../../stop.ts';
import { keysDiffer } from './key-material.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { clientCertificateIn } from '../../talos-config.ts';
import { readRecord } from './site-record.ts';
import { RECHECKS, RETRY, advise, asCode, holeFor, run, set } from '../../../model/advice.ts';

/**
 * Opens the node's secure API with the talosconfig at hand and gives Talos' version there. That it opens proves whose node it
 * is: both sides show a certificate of the same authority. Stops in words when the node is not this site's; a node that does
 * not answer throws TalosError.
 */
export async function openOwnNode(context: PhaseContext, target: TalosTarget): Promise<string> {
  await compareAuthority(context, target);
  try {
    return await context.ports.talos.version(target, context.signal);
  } catch (error) {
    if (error instanceof TalosError && error.fault === 'certificate-time')
      throw await clocksDiffer(context, target, error);
    if (!(error instanceof TalosError) || (error.fault !== 'tls-mismatch' && error.fault !== 'denied')) throw error;
    const at = context.ports.clock.now().toISOString();
    const object = `node ${target.nodeIp}`;
    throw stop(context, 'talos-tls-mismatch', {
      component: 'talos',
      object,
      reason: `The node ${target.nodeIp} is installed, but not by this site: it does not accept the certificate in ${target.talosconfig}. Nothing was changed on this machine or on the node.`,
      evidence: [{ source: 'talosctl', object, message: error.answer.stderr, at }],
    });
  }
}

/**
 * Gives the fingerprint of the talosconfig's authority. Stops when this install or the site's record knows another one. The
 * record of an earlier cluster does not count where the node waits for its first configuration: that cluster no longer exists.
 */
export async function compareAuthority(context: PhaseContext, target: TalosTarget): Promise<string> {
  const fingerprint = await context.ports.talos.caFingerprint(target.talosconfig);
  const { facts, spec } = context;
  const record = await readRecord(context);
  const own = spec.existingCluster.talosconfig === null ? record?.keys?.talosCaFingerprint : undefined;
  if (own !== undefined && own !== fingerprint)
    throw new Blocked([keysDiffer(context, SITE_FILES.talosconfig, { found: fingerprint, known: own })]);
  const recorded = facts.alreadyInstalled === false ? null : record?.cluster?.talosCaFingerprint;
  const known = facts.talosCaFingerprint ?? recorded ?? null;
  if (known === null || known === fingerprint) return fingerprint;
  throw stop(context, 'foreign-cluster', {
    component: 'talos',
    object: target.talosconfig,
    reason: `${target.talosconfig} does not belong to the cluster that this site installed: its authority has the fingerprint ${fingerprint}, the record has ${known}. Nothing was changed.`,
    advice: advise`Restore the talosconfig that was created for this site, or choose another site with ${asCode('--site')}; then ${RETRY}.`,
  });
}

/**
 * A node whose clock is behind calls a certificate of today "expired": Go's TLS has no other alert. If ours is valid by this
 * machine's clock, it is the clocks that differ.
 */
async function clocksDiffer(context: PhaseContext, target: TalosTarget, error: TalosError): Promise<Error> {
  const { ports } = context;
  const now = ports.clock.now();
  const certificate = clientCertificateIn(await readRegularFile(target.talosconfig));
  if (!certificate || certificate.from > now || certificate.to < now) return error;
  const object = `node ${target.nodeIp}`;
  return stop(context, 'clock-skew', {
    component: 'talos',
    object,
    reason: `The clocks of the node ${target.nodeIp} and of this machine differ: by this machine's clock, the certificate in ${target.talosconfig} is valid from ${certificate.from.toISOString()} to ${certificate.to.toISOString()}, and one side refuses the other's certificate because of its time.`,
    advice: advise`Compare ${run('date', '-u')} on this machine with the time on the node's console, and set the clock that is wrong. To give the node a time server: ${set('--ntp-servers', holeFor('host'))}. ${RECHECKS}`,
    evidence: [{ source: 'talosctl', object, message: error.answer.stderr, at: now.toISOString() }],
  });
}
