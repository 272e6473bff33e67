import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import { LICENCE_EDITION, licenceTokenFault, licenceTokenIn } from '../../../model/licence-seed.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { putSecret } from './put-secret.ts';
import { RETRY, advise, fileOfSite } from '../../../model/advice.ts';

const SECRET = ref.secret(NAMESPACES.workloads, OBJECTS.licenceSeedSecret);

/**
 * Puts the licence of the operator's file where the bootstrap job looks for it. The file wins over what an earlier install has
 * put there. Gives what was done, or null.
 */
export async function provideLicence(context: PhaseContext, cluster: Cluster): Promise<string | null> {
  const { folder, signal } = context;
  const text = await folder.read(SITE_FILES.licenceToken);
  if (text === null) return null;
  await folder.protect(SITE_FILES.licenceToken);
  const values = { EDITION_CHOICE: LICENCE_EDITION, LICENSE_TOKEN: tokenOf(context, text) };
  return (await putSecret(cluster, SECRET, values, signal)) ? 'Licence stored' : null;
}

/** Removes the licence from the operator's folder: the database has it. The Secret stays, for a database that is created again. */
export async function forgetLicenceFile({ folder }: PhaseContext): Promise<void> {
  await folder.remove(SITE_FILES.licenceToken);
}

/** Never names the token. */
function tokenOf(context: PhaseContext, text: string): string {
  const token = licenceTokenIn(text);
  const fault = licenceTokenFault(token);
  if (fault === null) return token;
  const path = context.folder.path(SITE_FILES.licenceToken);
  throw stop(context, 'input-invalid', {
    component: 'bootstrap',
    object: path,
    reason: `${path} ${fault}.`,
    advice: advise`Write the licence token into ${fileOfSite(SITE_FILES.licenceToken)}, or delete the file to install without a licence; then ${RETRY}.`,
  });
}
