export type RemoteAnswer =
  | { readonly reachable: true; readonly revision: string | null; readonly branches: readonly string[] }
  | {
      readonly reachable: false;
      readonly why: 'dns' | 'auth' | 'unreachable' | 'not-a-repository' | 'timeout' | 'tool-missing';
      readonly message: string;
    };

/** A Git remote. `revision` is the commit of exactly that branch, null when the remote has no such branch. */
export interface GitPort {
  inspectRemote(url: string, branch: string, signal: AbortSignal): Promise<RemoteAnswer>;
}
