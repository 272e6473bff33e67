import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import type { Blocker } from '../../../model/blocker.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { blockerFor, stop } from '../../stop.ts';
import { provideInitialTenant } from './initial-tenant.ts';
import { provideLicence } from './licence-seed.ts';
import { RETRY, advise, fileOfSite } from '../../../model/advice.ts';

const STATUS_TOKEN = { ref: ref.secret(NAMESPACES.appliance, OBJECTS.statusAuthSecret), key: 'token' };
const AUTH_KEY = { ref: ref.secret(NAMESPACES.workloads, OBJECTS.sharedSecret), key: 'ALGA_AUTH_KEY' };
/** 256 bits: nothing that is made here can be guessed. */
const SECRET_BYTES = 32;

/**
 * Creates the installer's two Secrets, once, and stores the first tenant and the licence that the operator gave. No value leaves
 * this function but into the cluster and a 0600 file.
 */
export async function createSecrets(context: PhaseContext): Promise<PhaseOutcome> {
  const cluster = await openCluster(context);
  const token = await agreeOnStatusToken(context, cluster);
  const key = await provideAuthKey(context, cluster);
  const tenant = await provideInitialTenant(context, cluster);
  const licence = await provideLicence(context, cluster);
  const made = [token, key.made, tenant, licence].filter((each) => each !== null);
  return {
    did: made.length > 0 ? 'acted' : 'nothing-to-do',
    detail: made.length > 0 ? made.join('; ') : 'All Secrets exist',
    ...(key.warning && { warnings: [key.warning] }),
  };
}

/**
 * The token of the status page stands in the cluster and in the operator's folder, and both must say the same. Where they
 * differ the cluster's wins: it is the one that the page asks for, and that other people may hold. A token that is only in the
 * folder is taken: it was made by an attempt that was killed, or survived a cluster that is gone.
 */
async function agreeOnStatusToken(context: PhaseContext, cluster: Cluster): Promise<string | null> {
  const { folder } = context;
  const inCluster = await valueIn(cluster, STATUS_TOKEN, context.signal);
  if (inCluster === null) {
    await folder.createOnce(SITE_FILES.statusToken, `${generate()}\n`);
    const token = (await folder.read(SITE_FILES.statusToken))?.trim();
    if (!token) throw unusableFile(context, SITE_FILES.statusToken, 'appliance-status');
    const kept = await keep(cluster, STATUS_TOKEN, token, context.signal);
    if (kept === token) return 'Status token created';
    await folder.write(SITE_FILES.statusToken, `${kept}\n`);
    return 'Status token taken from the cluster';
  }
  if ((await folder.read(SITE_FILES.statusToken))?.trim() === inCluster) return null;
  await folder.write(SITE_FILES.statusToken, `${inCluster}\n`);
  return 'Status token taken from the cluster';
}

async function provideAuthKey(
  context: PhaseContext,
  cluster: Cluster,
): Promise<{ made: string | null; warning: Blocker | null }> {
  const given = (await context.folder.read(SITE_FILES.authKey))?.trim() ?? null;
  if (given === '') throw unusableFile(context, SITE_FILES.authKey, 'alga-core');
  const inCluster = await valueIn(cluster, AUTH_KEY, context.signal);
  const kept = inCluster ?? (await keep(cluster, AUTH_KEY, given ?? generate(), context.signal));
  return {
    made: inCluster === null ? (given === null ? 'Authentication key created' : 'Authentication key stored') : null,
    warning: given !== null && given !== kept ? keyNotUsed(context) : null,
  };
}

type Place = { readonly ref: ObjectRef; readonly key: string };

const secret = z.object({ data: z.record(z.string(), z.string()).nullish() });

async function valueIn(cluster: Cluster, { ref: at, key }: Place, signal: AbortSignal): Promise<string | null> {
  const found = await cluster.get(at, signal);
  const encoded = found && secret.parse(found).data?.[key];
  const value = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .trim();
  return value === '' ? null : value;
}

/** Puts a value where none is, and gives the one that stands there afterwards: of two writers the first one wins. */
async function keep(cluster: Cluster, place: Place, value: string, signal: AbortSignal): Promise<string> {
  const { apiVersion, kind, name, namespace } = place.ref;
  const data = { [place.key]: Buffer.from(value).toString('base64') };
  try {
    await cluster.create(
      { apiVersion, kind, type: 'Opaque', metadata: { name, ...(namespace && { namespace }) }, data },
      signal,
    );
    return value;
  } catch (error) {
    if (!(error instanceof ClusterError && error.fault === 'already-exists')) throw error;
  }
  const theirs = await valueIn(cluster, place, signal);
  if (theirs !== null) return theirs;
  await cluster.patch(place.ref, { data }, signal);
  return value;
}

function generate(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function unusableFile(context: PhaseContext, file: string, component: string): Error {
  const path = context.folder.path(file);
  return stop(context, 'input-invalid', {
    component,
    object: path,
    reason: `${path} is empty: one line is expected.`,
    advice: advise`Write the value into ${fileOfSite(file)}, or delete the file to have one created; then ${RETRY}.`,
  });
}

function keyNotUsed(context: PhaseContext): Blocker {
  const path = context.folder.path(SITE_FILES.authKey);
  return blockerFor(context, 'input-invalid', {
    component: 'alga-core',
    tier: 'login',
    object: 'Secret msp/alga-psa-shared',
    severity: 'warning',
    loginBlocking: false,
    reason: `The authentication key in ${path} differs from the one in the cluster. The key in the cluster was kept, because the application uses it.`,
    advice: advise`To use the new key, change ALGA_AUTH_KEY in the Secret msp/alga-psa-shared and restart the application. To keep the old one, delete ${fileOfSite(SITE_FILES.authKey)}.`,
  });
}
