import { randomBytes } from 'node:crypto';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
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
    const site = await context.site();
    const token = context.args[0] === 'rotate' ? await rotate(context, site) : await show(context, site);
    const file = site.folder.path(SITE_FILES.statusToken);
    await context.give({ siteId: site.siteId, token, file }, () => [token]);
    return EXIT.done;
  },
});

/** As many as the install makes: 256 bits. */
const TOKEN_BYTES = 32;

async function show(context: CommandContext, site: Site): Promise<string> {
  const token = (await site.folder.read(SITE_FILES.statusToken))?.trim();
  if (token) return token;
  throw new UserError(
    EXIT.missing,
    `There is no token of the status page yet: the install makes it. \`${callOf(context, site, 'status')}\` shows how far it is.`,
  );
}

/** The cluster first: a token that only this folder knows would open nothing. */
async function rotate(context: CommandContext, site: Site): Promise<string> {
  const kubeconfig = kubeconfigOf(site);
  if (kubeconfig === null)
    throw new UserError(
      EXIT.missing,
      `There is no kubeconfig for ${site.siteId}: its status page cannot be given a token.`,
    );
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  await context.services.writeStatusToken(kubeconfig, token);
  await site.folder.write(SITE_FILES.statusToken, `${token}\n`);
  context.say('The token is rotated. The status page takes it within two minutes; the old one opens nothing then.');
  return token;
}
