import { readFile } from 'node:fs/promises';
import { stop } from '../../stop.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { clientCertificateIn } from '../../talos-config.ts';
import { readRecord } from './site-record.ts';

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
      reason: `The node ${target.nodeIp} is installed, and not by this site: it does not accept the certificate in ${target.talosconfig}. Nothing was changed, here or there.`,
      evidence: [{ source: 'talosctl', object, message: error.answer.stderr, at }],
    });
  }
}

/**
 * Gives the fingerprint of the talosconfig's authority. Stops when this install or the site's record knows another one. The
 * record of an earlier cluster does not count where the node waits for its first configuration: that cluster is gone.
 */
export async function compareAuthority(context: PhaseContext, target: TalosTarget): Promise<string> {
  const fingerprint = await context.ports.talos.caFingerprint(target.talosconfig);
  const { facts } = context;
  const recorded = facts.alreadyInstalled === false ? null : (await readRecord(context))?.cluster?.talosCaFingerprint;
  const known = facts.talosCaFingerprint ?? recorded ?? null;
  if (known === null || known === fingerprint) return fingerprint;
  throw stop(context, 'foreign-cluster', {
    component: 'talos',
    object: target.talosconfig,
    reason: `${target.talosconfig} belongs to another cluster than the one that this site installed: its authority has the fingerprint ${fingerprint}, the record names ${known}. Nothing was changed.`,
    nextAction: `Put the talosconfig back that was made with this site, or name another site with --site; then \`appliance-client retry --site ${context.spec.siteId}\`.`,
  });
}

/**
 * A node whose clock is behind calls a certificate of today "expired": Go's TLS has no other alert. If ours is valid by this
 * machine's clock, it is the clocks that differ.
 */
async function clocksDiffer(context: PhaseContext, target: TalosTarget, error: TalosError): Promise<Error> {
  const { ports, spec } = context;
  const now = ports.clock.now();
  const certificate = clientCertificateIn(await readFile(target.talosconfig, 'utf8'));
  if (!certificate || certificate.from > now || certificate.to < now) return error;
  const object = `node ${target.nodeIp}`;
  return stop(context, 'clock-skew', {
    component: 'talos',
    object,
    reason: `The clocks of the node ${target.nodeIp} and of this machine differ: the certificate in ${target.talosconfig} is valid here from ${certificate.from.toISOString()} to ${certificate.to.toISOString()}, and one side refuses the other's for its time.`,
    nextAction: `Compare \`date -u\` here with the time on the machine's console, and set the clock that is wrong; a node without a time server gets one by \`appliance-client set --ntp-servers <host> --site ${spec.siteId}\`. The installer looks again by itself.`,
    evidence: [{ source: 'talosctl', object, message: error.answer.stderr, at: now.toISOString() }],
  });
}
