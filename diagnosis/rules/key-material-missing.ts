import { RETRY, SITE_FOLDER, advise } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A file without which the node cannot be reached is not in the site's folder. */
export const rule: Rule = {
  code: 'key-material-missing',
  title: 'The site’s keys are missing on this machine',
  retry: 'after-change',
  domains: ['talos', 'operator', 'kube-api'],
  wordings: [
    {
      pattern:
        /(?:talosconfig|kubeconfig|controlplane\.yaml|secrets\.yaml).{0,80}(?:no such file|not found|does not exist|ENOENT|missing)|(?:ENOENT|no such file|failed to (?:open|read|load)).{0,120}(?<file>talosconfig|kubeconfig|controlplane\.yaml|secrets\.yaml)/i,
      source: 'talosctl, client-go, Node fs',
    },
    {
      pattern:
        /no context is set|nodes are not set for the command|talos config file is empty|failed to determine endpoints|config file is empty|failed to resolve config(?:uration)? context|no valid client credentials/i,
      source: 'talosctl client config',
    },
    {
      pattern: /no configuration has been provided|invalid configuration: no configuration/i,
      source: 'client-go clientcmd',
    },
  ],
  reason: ({ facts }) =>
    `${facts?.file ? `The file ${facts.file} of this site` : 'A key file of this site'} does not exist, and the node accepts nothing else.`,
  advice: () =>
    advise`Copy the folder ${SITE_FOLDER} from the machine that installed this site, or from its backup, then ${RETRY}. It is never created again for an installed node: new keys would lock you out.`,
};
