import { appliance, fileOf } from '../commands.ts';
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
  reason: (context) =>
    `${context.facts?.file ? fileOf(context, context.facts.file) : 'A key file of this site'} is not there, and the node accepts nothing else.`,
  nextAction: (context) =>
    `Copy the folder ${fileOf(context, '')} from the machine that installed this site, or from its backup, then \`${appliance(context, 'retry')}\`. It is never made anew for an installed node: new keys would lock you out.`,
};
