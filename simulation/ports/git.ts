import { posix } from 'node:path';
import { hexOf } from '../world/stage.ts';
import type { GitPort } from '../../activities/ports/git.ts';

/** The commit at the head of a branch of the simulated remote: always the same for the same branch. */
export function revisionOf(url: string, branch: string): string {
  return hexOf(`${url} ${branch}`, 40);
}

/** A remote that answers, and that has every branch one asks for, with the tree in it. */
export function gitPort(): GitPort {
  return {
    inspectRemote: async (url, branch, signal) => {
      signal.throwIfAborted();
      return {
        reachable: true,
        revision: revisionOf(url, branch),
        branches: [...new Set(['main', branch])],
      };
    },
    inspectTree: async (_url, _branch, profile, signal) => {
      signal.throwIfAborted();
      return { reachable: true, files: [posix.join(profile, 'kustomization.yaml')], references: [] };
    },
  };
}
