import { advise } from '../../model/advice.ts';
import { recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A pull was cancelled or cut short; trying again is right. */
export const rule: Rule = {
  code: 'image-pull-interrupted',
  title: 'A pull was interrupted',
  retry: 'automatic',
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /context canceled|operation was cancell?ed|pull(?:ing)? (?:image )?(?:was )?(?:cancell?ed|interrupted|aborted)|code = Canceled/i,
      source: 'Go context; appliance contract, real signals',
    },
    {
      pattern:
        /failed to copy|httpReade?r?Seeker|short read|unexpected commit (?:digest|size)|failed size validation|failed commit on ref|invalid checksum(?! digest)|no progress|from content store|content (?:digest|descriptor) sha256:|blob not found|progress deadline|archive\/tar: /i,
      source: 'containerd content store and pull progress',
    },
    {
      pattern:
        /unexpected EOF|stream error|client connection lost|connection reset by peer|use of closed network connection|broken pipe|GOAWAY|received from peer|transport is closing|error reading from server|closing transport|dial unix /i,
      source: 'Go net and http2, grpc-go',
    },
    {
      pattern:
        /writing blob|copying (?:system image|layer|blob)|error (?:reading|copying) (?:from server|layer|blob)|filesystem layer verification failed|pull QPS exceeded/i,
      source: 'containers/image, Docker, kubelet',
    },
  ],
  unless: /toomanyrequests|no space left/i,
  reason: ({ facts, component }) =>
    `The pull of ${facts?.image ?? `the image of ${component}`} was interrupted; what was downloaded so far is kept.`,
  advice: (context) =>
    advise`Wait: the kubelet retries automatically, with growing pauses. To pull now: ${recreatePod(context)}.`,
};
