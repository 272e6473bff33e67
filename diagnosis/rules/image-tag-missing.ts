import { advise, client } from '../../model/advice.ts';
import { otherImage } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The registry answers: no such image or tag. */
export const rule: Rule = {
  code: 'image-tag-missing',
  title: 'The image or its tag does not exist',
  retry: 'after-change',
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /(?:failed to resolve (?:reference|image)|failed to pull and unpack image|pulling image) "?(?<image>[\w./:@-]{1,512})(?![\w./@-])"?.{0,300}: not found/is,
      source: 'containerd CRI image_pull.go; appliance contract',
    },
    {
      pattern:
        /manifest unknown|manifest_unknown|name unknown|NAME_UNKNOWN|manifest for (?<image>[\w./:@-]+) not found|manifest .{0,80}not found|repository name not known|BLOB_UNKNOWN|blob unknown|(?:tag|manifest|image) \S+ (?:was )?not found|not found in repository/i,
      source: 'distribution API errors, Docker, CRI-O',
    },
    {
      pattern:
        /(?<![\w./-])\/*(?<image>[\w.-]+\/[\w./-]+[:@][\w.:-]+):? (?:not found|does not exist)|(?:image|tag|repository|artifact) (?:"[^"]*" |[\w./:@-]+ )?(?:not found|does not exist|was not found)|no such image|code = NotFound|404 Not Found|status(?: code)?:? 404|unexpected status.{0,80}404|\b404\b/i,
      source: 'containerd, CRI-O, registries',
    },
    { pattern: /is not present with pull policy of Never|ErrImageNeverPull/i, source: 'kubelet image_manager.go' },
    { pattern: /: not found"?\s*$/i, source: 'containerd errdefs.ErrNotFound' },
  ],
  unless:
    /oauth token|failed to (?:authorize|fetch anonymous token)|content (?:digest|store|descriptor)|unauthorized|\b401\b|no match for platform|image pull secret/i,
  reason: ({ facts, component }) =>
    `The registry answers that the image ${facts?.image ?? `of ${component}`} does not exist.`,
  advice: (context) =>
    advise`Choose a release whose images exist (${client('releases')}), or choose a tag that exists: ${otherImage(context)}. Waiting does not help; the pod is replaced when the tag changes.`,
};
