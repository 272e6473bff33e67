export type RemoteAnswer =
  | { readonly reachable: true; readonly revision: string | null; readonly branches: readonly string[] }
  | {
      readonly reachable: false;
      readonly why: 'dns' | 'auth' | 'unreachable' | 'not-a-repository' | 'timeout' | 'tool-missing';
      readonly message: string;
    };

type Unreachable = Extract<RemoteAnswer, { reachable: false }>;

/** A path that a manifest names from the root of the repository, and what it names there. */
export interface Reference {
  readonly file: string;
  readonly kind: 'chart' | 'path';
  readonly target: string;
}

/** What a branch holds: every file's path, and the references in the manifests of the Flux tree around a profile. */
export type TreeAnswer =
  | { readonly reachable: true; readonly files: readonly string[]; readonly references: readonly Reference[] }
  | Unreachable;

/** A Git remote. `revision` is the commit of exactly that branch, null when the remote has no such branch. */
export interface GitPort {
  inspectRemote(url: string, branch: string, signal: AbortSignal): Promise<RemoteAnswer>;
  /** The branch exists; `profile` is the folder of the profile in it. */
  inspectTree(url: string, branch: string, profile: string, signal: AbortSignal): Promise<TreeAnswer>;
}
