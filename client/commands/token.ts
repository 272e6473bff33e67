import { randomBytes } from 'node:crypto';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import { NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { clusterToWrite, holderFailure } from '../install/holder.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { Site } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `token show | rotate`: the token that opens the status page. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: show)', choices: ['show', 'rotate'] },
  },
  flags: [],
  examples: ['token show', 'token rotate'],
  run: async (context) => {
    const isRotated = context.args[0] === 'rotate';
    const site = await context.site(isRotated ? 'changes' : 'looks');
    const token = isRotated ? await rotate(context, site) : await show(context, site);
    const file = site.folder.path(SITE_FILES.statusToken);
    await context.give({ siteId: site.siteId, token, file }, () => [token]);
    return EXIT.done;
  },
});

/** As many as the install generates: 256 bits. */
const TOKEN_BYTES = 32;

async function show(context: CommandContext, site: Site): Promise<string> {
  const token = (await site.folder.read(SITE_FILES.statusToken))?.trim();
  if (token) return token;
  throw new UserError(
    EXIT.missing,
    `No token for the status page yet: the install creates it. \`${callOf(context, site, 'status')}\` shows how far the install is.`,
  );
}

/** The cluster first: a token that only this folder knows would open nothing. */
async function rotate(context: CommandContext, site: Site): Promise<string> {
  const kubeconfig = kubeconfigOf(site);
  if (kubeconfig === null)
    throw new UserError(
      EXIT.missing,
      `No kubeconfig for ${site.siteId}: the token of its status page cannot be set. \`${callOf(context, site, 'status')}\` shows how far the install is.`,
    );
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  await give(context, site, kubeconfig, token);
  await site.folder.write(SITE_FILES.statusToken, `${token}\n`);
  context.say('Rotated the token. The status page accepts it within two minutes; the old token stops working then.');
  return token;
}

/** Puts it into the Secret that the status page reads. Throws a UserError that says what the cluster answered. */
async function give(context: CommandContext, site: Site, kubeconfig: string, token: string): Promise<void> {
  const cluster = await clusterToWrite(context, site, kubeconfig, null);
  const data = { token: Buffer.from(token).toString('base64') };
  const metadata = { name: OBJECTS.statusAuthSecret, namespace: NAMESPACES.appliance };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
  try {
    await cluster.apply(secret, context.io.signal, { force: true });
  } catch (error) {
    const held = holderFailure(context, site, error);
    if (held) throw held;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      EXIT.missing,
      `The cluster did not accept the new token: ${reason}. The old token is still valid.`,
      {
        cause: error,
      },
    );
  } finally {
    await cluster.reader.close();
  }
}
