/** Whether a resolver answered at all, and what came instead of an answer. */
export type ResolverAnswer = { readonly answers: true } | { readonly answers: false; readonly why: string };

/** The operator's own machine. */
export interface MachinePort {
  /** Free bytes for this user on the file system that holds `path`. */
  freeDiskBytes(path: string): Promise<number>;
  /** Asks the resolver at this address for a name, from here. An answer of whatever kind is never an exception. */
  askResolver(server: string, name: string, signal: AbortSignal): Promise<ResolverAnswer>;
  /** Each program the install needs: where it was found, or why it was not. Only looks: nothing is fetched or built. */
  programs(
    signal: AbortSignal,
  ): Promise<{ id: string; path: string | null; version: string | null; problem: string | null }[]>;
}
